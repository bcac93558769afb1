# What ./wood and ./test share: packages, llama.cpp's binaries, configure, build. Sourced, from the
# root of the project. Each step does nothing when it finds its work done.
#
# Exit codes of ./wood and ./test before their own work begins: 1 a build failed, 3 this machine
# lacks something, and the message says which line to run.

# The build folder: build/ for the default preset, build-NAME for another one.
preset=${WOOD_PRESET:-default}
dir=build
[[ $preset == default ]] || dir=build-$preset

say() { printf 'wood: %s\n' "$*" >&2; }
stop() { local code=$1; shift; say "$*"; exit "$code"; }

# Processes for the build: as many as there are cores, at 1.5 GB of memory for each.
jobs_number() {
  local cores memory
  cores=$(nproc)
  memory=$(awk '/MemAvailable/ {print int($2 / 1572864)}' /proc/meminfo)
  ((memory < 1)) && memory=1
  echo "${WOOD_JOBS:-$((cores < memory ? cores : memory))}"
}

# Runs a step with its output in $dir/log/NAME.txt; shows the end of it if the step fails.
logged() {
  local name=$1; shift
  mkdir -p "$dir/log"
  "$@" >"$dir/log/$name.txt" 2>&1 </dev/null && return 0
  tail -n 25 "$dir/log/$name.txt" >&2
  return 1
}

# ---- Debian packages ------------------------------------------------------------------------------

packages_listed() { sed -e 's/#.*//' -e '/^[[:space:]]*$/d' packaging/debian.txt; }

# npm from elsewhere (nodesource) will do, and Debian's would not install beside it.
packages_missing() {
  local installed here='^$'
  command -v npm >/dev/null && here='^npm$'
  installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' 2>/dev/null | sed -n 's/^installed //p')
  packages_listed | grep -Ev "$here" | grep -Fxv -f <(printf '%s\n' "$installed")
}

install_packages() {
  # Not Debian: CMake will say what it cannot find.
  command -v dpkg-query >/dev/null && command -v apt-get >/dev/null || return 0
  local stamp=$dir/packages.stamp wanted missing as=()
  wanted=$(cksum packaging/debian.txt /var/lib/dpkg/status | cksum)
  [[ -f $stamp && $(<"$stamp") == "$wanted" ]] && return 0
  missing=$(packages_missing | tr '\n' ' ')
  if [[ -n $missing ]]; then
    if ((EUID != 0)); then
      if sudo -n true 2>/dev/null; then as=(sudo -n)
      else
        stop 3 "these Debian packages are missing; install them and come back:
    sudo apt-get install --no-install-recommends -y $missing"
      fi
    fi
    say "installing Debian packages: $missing"
    local apt=("${as[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=600)
    logged apt-update "${apt[@]}" update || say "the package lists could not be refreshed; going on"
    logged apt-install "${apt[@]}" install --no-install-recommends $missing ||
      stop 3 "apt-get could not install them ($dir/log/apt-install.txt). Mend that, or install them yourself:
    apt-get install --no-install-recommends -y $missing"
  fi
  mkdir -p "$dir"
  cksum packaging/debian.txt /var/lib/dpkg/status | cksum >"$stamp"
}

# ---- llama.cpp, by npm ----------------------------------------------------------------------------

install_llama() {
  [[ ${WOOD_LLAMA:-ON} == OFF ]] && return 0
  local stamp=node_modules/.wood wanted
  wanted=$(cksum package-lock.json)
  [[ -f $stamp && $(<"$stamp") == "$wanted" ]] && return 0
  command -v npm >/dev/null || stop 3 "npm is missing: install Debian's npm, or set WOOD_LLAMA=OFF to build without in-process models"
  say "fetching llama.cpp's released binaries (npm ci, 70 MB unpacked)"
  logged npm npm ci --ignore-scripts ||
    stop 3 "npm ci failed ($dir/log/npm.txt). Is the npm registry reachable? WOOD_LLAMA=OFF builds without in-process models"
  printf '%s\n' "$wanted" >"$stamp"
}

# ---- Configure and build --------------------------------------------------------------------------

configure() {
  [[ -f $dir/build.ninja ]] && return 0
  say "configuring"
  logged cmake cmake --preset "$preset" -DWOOD_LLAMA="${WOOD_LLAMA:-ON}" \
    -DWOOD_WEB="${WOOD_WEB:-ON}" ||
    stop 3 "cmake could not configure ($dir/log/cmake.txt)"
}

# Ninja's own one-line progress on a terminal; elsewhere a line for every tenth part, and what fails.
build() {
  local what=$1 code label="the program"
  [[ $what == all ]] && label="everything, with tests"
  say "building $label ($(jobs_number) at a time)"
  if [[ -t 2 && -z ${CI:-} ]]; then
    NINJA_STATUS='[%f/%t] ' ninja -C "$dir" -j "$(jobs_number)" "$what" >&2
    code=$?
  else
    NINJA_STATUS='@%p ' ninja -C "$dir" -j "$(jobs_number)" "$what" </dev/null 2>&1 | awk '
      /^@ *[0-9]+% / { part = int(substr($0, 2) / 10); if (part > last) print "wood: built " part "0 %"; last = part; next }
      /^(ninja: (Entering|no work)|-- )/ { next }
      { print }
      { fflush() }' >&2
    code=${PIPESTATUS[0]}
  fi
  ((code == 0)) || stop 1 "the build failed; the first error stands above"
}

prepare() {
  install_packages
  install_llama
  configure
  touch "$dir/begun"
  build "$1"
  mv "$dir/begun" "$dir/$1.built"
}
