# SPDX-License-Identifier: MIT
#
# What ./check and ./demo share: packages, configuration, build. Sourced by bash.
#
#   setup_packages ROLE...            installs what is missing of those roles of packages.txt
#   setup_build PRESET ARGUMENT...    configures the preset and builds it

setup_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

setup_fail() {
  echo "${0##*/}: $*" >&2
  exit 1
}

# The packages of the roles, one per line.
setup_list() {
  local role
  for role in "$@"; do
    awk -v role="$role" '$1 == role { print $2 }' "$setup_root/tools/packages.txt"
  done
}

# Whether a package is not needed because its program is there from elsewhere: node's own packages
# bring npm with them, and Debian's npm cannot be installed beside them.
setup_is_there() {
  case $1 in
    nodejs) command -v node >/dev/null ;;
    npm | chromium) command -v "$1" >/dev/null ;;
    *) false ;;
  esac
}

# Those of the packages that are not installed, one per line.
setup_missing() {
  local package
  for package in "$@"; do
    setup_is_there "$package" && continue
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] ||
      echo "$package"
  done
}

# Whether a build may be tried although packages could not be installed.
setup_has_tools() {
  command -v cmake >/dev/null && command -v ninja >/dev/null && command -v c++ >/dev/null
}

# Without the packages: go on if the tools are there, else stop.
setup_without() {
  local reason=$1
  shift
  setup_has_tools || setup_fail "$reason; install these packages or their like, then try again: $*"
  echo "${0##*/}: $reason; going on without these packages or with their like: $*" >&2
}

setup_packages() {
  local wanted missing sudo=()
  mapfile -t wanted < <(setup_list "$@")
  if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    setup_without "not a Debian system" "${wanted[@]}"
    return
  fi
  mapfile -t missing < <(setup_missing "${wanted[@]}")
  ((${#missing[@]} == 0)) && return
  if ((EUID != 0)); then
    if ! command -v sudo >/dev/null; then
      setup_without "neither root nor sudo at hand" "${missing[@]}"
      return
    fi
    sudo=(sudo)
  fi
  echo "${0##*/}: installing ${missing[*]}"
  if ! { "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -qq &&
    "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive \
      apt-get install -qq -y --no-install-recommends "${missing[@]}"; }; then
    setup_without "apt-get failed (is there a network?)" "${missing[@]}"
  fi
}

setup_build() {
  local preset=$1 launcher=()
  shift
  command -v ccache >/dev/null && launcher=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
  (cd "$setup_root" && cmake --preset "$preset" "${launcher[@]}" --log-level=WARNING) ||
    setup_fail "the configuration failed: see the lines above"
  (cd "$setup_root" && cmake --build --preset "$preset" "$@") ||
    setup_fail "the build failed: see the lines above"
}
