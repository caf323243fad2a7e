# What Switchyard needs from the system, and how to get it. Sourced by ./switchyard and ./test; bash 3.2 is enough.
# Everything said here goes to stderr: stdout belongs to the program.

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }

die() { say "$@"; exit 1; }

# True when a shared library is on the machine. Known folders are looked at first, because that starts no process.
# $1: name on Linux, for instance libClp.so.1; $2: name on macOS, for instance libClp.dylib
has_library() {
  local found
  for found in /usr/lib/*-linux-gnu*/"$1" /usr/lib64/"$1" /usr/lib/"$1" /usr/local/lib/"$1" /usr/local/lib64/"$1" \
    /opt/homebrew/lib/"$2" /usr/local/lib/"$2"; do
    [ -e "$found" ] && return 0
  done
  local IFS=:
  for found in ${LD_LIBRARY_PATH-} ${DYLD_LIBRARY_PATH-}; do
    { [ -e "$found/$1" ] || [ -e "$found/$2" ]; } && return 0
  done
  case "$( (ldconfig -p || /sbin/ldconfig -p) 2>/dev/null)" in *"$1 "*) return 0 ;; esac
  return 1
}

has_solver() { has_library libCbcSolver.so.3 libCbcSolver.dylib && has_library libClp.so.1 libClp.dylib; }

need_solver() {
  has_solver && return 0
  need has_solver 'the solver library (COIN-OR CBC and Clp)' \
    'coinor-libcbc3 coinor-libclp1' 'coin-or-Cbc coin-or-Clp' 'cbc'
}

# A compiler that links native code, and what it links with.
has_linker() {
  command -v clang >/dev/null 2>&1 || command -v gcc >/dev/null 2>&1 || return 1
  [ "${OSTYPE#darwin}" != "$OSTYPE" ] && return 0
  local found
  for found in /usr/lib/*/crt1.o /usr/lib64/crt1.o /usr/lib/crt1.o; do [ -e "$found" ] && return 0; done
  return 1
}

# Root gets a linker; anyone else is told. Without one all works, slower.
want_linker() {
  has_linker && return 0
  if [ "$(id -u)" = 0 ]; then (need has_linker 'a linker, to build native code' 'gcc libc6-dev' 'gcc glibc-devel' 'llvm')
  else say 'with gcc or clang here, starts and plans would be faster: Debian, Ubuntu: gcc libc6-dev; Fedora: gcc glibc-devel; macOS: xcode-select --install'; fi
  return 0
}

# Makes sure of one need: installs it as root, otherwise prints the exact command and exits 1.
# $1: a command that is true when it is there; $2: what it is, for a person; $3, $4, $5: its packages for apt, dnf, Homebrew
need() {
  local check=$1 what=$2 apt=$3 dnf=$4 brew=$5 sudo='sudo ' output
  "$check" && return 0
  [ "$(id -u)" = 0 ] && sudo=''
  if command -v apt-get >/dev/null 2>&1; then
    [ -n "$sudo" ] && die "$what is missing; install it with: sudo apt-get update && sudo apt-get install -y --no-install-recommends $apt"
    say "installing $what: $apt"
    # The lists of a fresh machine are empty: try, refresh them, try again.
    output=$(apt_install $apt 2>&1) || output=$(apt-get -qq update 2>&1 </dev/null; apt_install $apt 2>&1) ||
      die "$output
could not install $what; try: apt-get update && apt-get install -y $apt"
  elif command -v dnf >/dev/null 2>&1; then
    [ -n "$sudo" ] && die "$what is missing; install it with: sudo dnf install -y $dnf"
    say "installing $what: $dnf"
    output=$(dnf -q -y install $dnf 2>&1 </dev/null) || die "$output
could not install $what; try: dnf install -y $dnf"
  elif command -v brew >/dev/null 2>&1; then
    die "$what is missing; install it with: brew install $brew"   # Homebrew refuses to run as root.
  else
    die "$what is missing; install it with the system's package manager (Debian names: $apt; Fedora names: $dnf)"
  fi
  "$check" || die "$what was installed, yet is still not found"
}

apt_install() {
  DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 \
    install --no-install-recommends "$@" </dev/null
}

# Puts a dotnet that has a .NET 10 SDK first on PATH, or says how to get one and exits 1.
need_sdk() {
  local folder
  for folder in '' "${DOTNET_ROOT-}" "${HOME-}/.dotnet" /usr/share/dotnet /usr/lib/dotnet /usr/local/share/dotnet; do
    [ -n "$folder" ] && [ ! -x "$folder/dotnet" ] && continue
    case "$("${folder:+$folder/}dotnet" --list-sdks 2>/dev/null)" in
      10.* | *$'\n'10.*)
        [ -z "$folder" ] || PATH=$folder:$PATH
        export PATH DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_CLI_UI_LANGUAGE=en DOTNET_CLI_WORKLOAD_UPDATE_NOTIFY_DISABLE=1
        # A compiler or MSBuild process that outlives the build would hold on to the build's lock and output.
        export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0 UseSharedCompilation=false
        return 0 ;;
    esac
  done
  die 'the .NET 10 SDK is missing; install it from https://dotnet.microsoft.com/download/dotnet/10.0
  Debian, Ubuntu (with the Microsoft feed) and Fedora: the package dotnet-sdk-10.0;  macOS: brew install dotnet-sdk
  without root:  curl -fsSL https://dot.net/v1/dotnet-install.sh | bash -s -- --channel 10.0'
}
