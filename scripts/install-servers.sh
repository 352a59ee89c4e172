#!/usr/bin/env bash
# Installs what the tests need and npm has not: Redis, Prometheus, Alertmanager, Chromium. Does nothing where they are, or
# where a server is given.
set -euo pipefail

as_root=()
if [[ $(id -u) -ne 0 ]]; then as_root=(sudo); fi
export DEBIAN_FRONTEND=noninteractive

lacks() {
  for program in "$@"; do command -v "$program" >/dev/null || return 0; done
  return 1
}

refresh_once() {
  if [[ -n "${refreshed:-}" ]]; then return; fi
  "${as_root[@]}" apt-get update -qq
  refreshed=yes
}

# The server is started by the tests, on ports of their own.
install_redis() {
  refresh_once
  RUNLEVEL=1 "${as_root[@]}" apt-get install -y -qq --no-install-recommends redis-server
}

install_chromium() {
  refresh_once
  "${as_root[@]}" apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core
}

# Only the programs, and the templates that Debian's Alertmanager starts with: the packages would start daemons, on ports that
# a developer's own may have.
install_monitoring() {
  refresh_once
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
  (cd "$folder" && apt-get -o APT::Sandbox::User=root download -qq prometheus prometheus-alertmanager)
  for package in "$folder"/*.deb; do dpkg -x "$package" "$folder"; done
  "${as_root[@]}" install -m 755 -t /usr/local/bin \
    "$folder"/usr/bin/{prometheus,promtool,prometheus-alertmanager,amtool}
  "${as_root[@]}" install -D -m 644 -t /usr/share/prometheus/alertmanager \
    "$folder"/usr/share/prometheus/alertmanager/*.tmpl
}

if [[ -z "${REDIS_URL:-}" ]] && lacks redis-server; then install_redis; fi
if lacks prometheus promtool amtool; then install_monitoring; fi
if [[ -z "${CHROMIUM:-}" ]] && lacks chromium && lacks google-chrome; then install_chromium; fi
