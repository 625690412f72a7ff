# SPDX-License-Identifier: MIT
"""What all questions share: contenders in processes of their own, answers compared before anything
is timed, the machine's facts, the report."""
