#!/bin/sh
# Everything that holds the web SDK: types, tests against a real server, size, the app in real browsers. What can't be had here is
# named and skipped; what can be had must pass.
set -eu
cd "$(dirname "$0")/.."

skip() {
	echo "skipped: $1"
	exit 0
}

command -v node >/dev/null && command -v npm >/dev/null || skip "the web SDK, because there is no Node.js here"
[ "$(node -p 'parseInt(process.versions.node)')" -ge 20 ] || skip "the web SDK, because it wants Node.js 20, not $(node -v)"

if [ ! -e node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
	if ! npm ci --no-progress >node_modules.log 2>&1; then
		cat node_modules.log
		if grep -qE 'ENOTFOUND|ECONNREFUSED|EAI_AGAIN|ETIMEDOUT|ECONNRESET|ENETUNREACH' node_modules.log; then
			rm node_modules.log
			skip "the web SDK, because the npm registry can't be reached"
		fi
		exit 1
	fi
	rm node_modules.log
	touch node_modules/.package-lock.json
fi

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
	for browser in chromium firefox-esr; do
		command -v "$browser" >/dev/null ||
			(apt-get -qq update && apt-get -qq install -y --no-install-recommends "$browser" fonts-dejavu-core) >/dev/null 2>&1 ||
			echo "$browser can't be installed here"
	done
fi

npm run --silent check
npm run --silent build
npm test --silent
npm run --silent browser
echo "make web: passed"
