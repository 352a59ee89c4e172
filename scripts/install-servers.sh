#!/usr/bin/env bash
# Installs what the tests need and npm has not: Redis. Does nothing where it is, or where a server is given.
set -euo pipefail

if [[ -n "${REDIS_URL:-}" ]] || command -v redis-server >/dev/null; then exit 0; fi

as_root=()
if [[ $(id -u) -ne 0 ]]; then as_root=(sudo); fi
export DEBIAN_FRONTEND=noninteractive
# The server is started by the tests, on ports of their own.
"${as_root[@]}" apt-get update -qq
RUNLEVEL=1 "${as_root[@]}" apt-get install -y -qq --no-install-recommends redis-server
