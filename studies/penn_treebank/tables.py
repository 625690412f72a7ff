# SPDX-License-Identifier: MIT
def render(study):
    return ""
