# How the report's page is built from web/. Sourced by ./switchyard and ./test after needs.sh; bash 3.2 is enough.
# $home: the clone. The page goes to artifacts/web/report.html; what was said while it was built is in artifacts/web/log.

# True when the page is newer than everything that it is made of.
has_page() {
  [ -f "$home/artifacts/web/report.html" ] &&
    [ -z "$(cd "$home/web" && find . \( -name node_modules -o -name dist -o -name test \) -prune -o -type f -newer ../artifacts/web/report.html -print)" ]
}

# True when Node.js is here and new enough: 20.19, or from 22.12 on.
has_node() {
  command -v npm >/dev/null 2>&1 || return 1
  case "$(node --version 2>/dev/null)" in
    v20.19.* | v20.[2-9][0-9].* | v22.1[2-9].* | v22.[2-9][0-9].* | v2[3-9].* | v[3-9][0-9].*) return 0 ;;
  esac
  return 1
}

# Fetches the packages that the lock file names, unless they are there. $@: options, such as --omit=dev
fetch_packages() {
  local there=$home/web/node_modules/.package-lock.json
  [ "$there" -nt "$home/web/package-lock.json" ] && { [ $# -gt 0 ] || [ -d "$home/web/node_modules/vitest" ]; } && return 0
  (cd "$home/web" && npm ci --no-audit --no-fund --loglevel=error "$@" </dev/null) && touch "$there"
}

# Builds the page when a source of it is newer. Without Node.js nothing happens: everything else works without the page.
build_page() {
  has_page && return 0
  has_node || return 1
  local into=$home/artifacts/web
  mkdir -p "$into" || return 1
  if { fetch_packages --omit=dev && (cd "$home/web" && SWITCHYARD_WEB_OUT=$into/fresh.$$ npx vite build </dev/null); } >"$into/log" 2>&1; then
    touch "$into/fresh.$$/report.html" && mv -f "$into/fresh.$$/report.html" "$into/report.html"
  else
    say "the report's page could not be built; what went wrong is in artifacts/web/log"
  fi
  rm -rf "$into/fresh.$$"
  [ -f "$into/report.html" ]
}
