#!/bin/sh
# Make the servers available that tests start: Kafka's jars in .cache/kafka/lib, redis-server, prometheus and promtool
# on the PATH. `get.sh kafka redis` gets only these.
#
# What is missing is installed by apt when root; else the command that would help is printed. Always ends well: tests
# that need a server that is not there are skipped aloud (and fail when CI=true).
set -u
cd "$(dirname "$0")/../.." || exit 1

recipe=deploy/services/kafka
target=.cache/kafka
MAVEN_SECONDS=900 # a first download of some 45 MB of jars and Maven's own parts, over a slow line

loud() {
    printf '\n*** %s\n\n' "$*"
}

apt_install() {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
    echo "Installing $* (once) ..."
    # Debian starts the servers that it installs, unless this policy says no (101) or the runlevel is 1.
    policy=/usr/sbin/policy-rc.d
    made=
    if [ ! -e "$policy" ] && printf '#!/bin/sh\nexit 101\n' >"$policy"; then
        chmod +x "$policy"
        made=$policy
    fi
    apt-get update -qq && RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "$@" >/dev/null
    installed=$?
    if [ -n "$made" ]; then
        rm -f "$made"
    fi
    return $installed
}

java_is_new_enough() {
    version=$(java -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p' | head -n 1)
    [ "${version:-0}" -ge 17 ]
}

has_java_and_maven() {
    java_is_new_enough && command -v mvn >/dev/null
}

# Of what decides on the files in .cache; the broker's configuration does not.
recipe_sum() {
    (cd "$recipe" && cat jars.sha256 log4j2.properties pom.xml | sha256sum)
}

fetch_jars() {
    rm -rf "$target.new"
    mkdir -p "$target.new"
    timeout "$MAVEN_SECONDS" mvn --batch-mode -Dstyle.color=never --quiet --strict-checksums --file "$recipe/pom.xml" \
        dependency:copy-dependencies -DincludeScope=runtime "-DoutputDirectory=$PWD/$target.new/lib" || return 1
    (cd "$target.new/lib" && sha256sum --check --quiet --strict) <"$recipe/jars.sha256" || return 1
    cp "$recipe/log4j2.properties" "$target.new/"
    recipe_sum >"$target.new/stamp"
    rm -rf "$target" && mv "$target.new" "$target"
}

get_kafka() {
    if java_is_new_enough && [ "$(recipe_sum)" = "$(cat "$target/stamp" 2>/dev/null)" ]; then
        return
    fi
    if ! has_java_and_maven && ! { apt_install default-jre-headless maven && has_java_and_maven; }; then
        loud "No Kafka: Java 17 or newer and Maven are needed. On Debian:" \
            "sudo apt-get install default-jre-headless maven"
        return
    fi
    echo "Fetching Apache Kafka into $target (once) ..."
    fetch_jars || loud "No Kafka: its jars could not be fetched, see above. To try again: make services"
}

get_redis() {
    command -v redis-server >/dev/null && return
    apt_install redis-server || loud "No Redis: redis-server is needed. On Debian: sudo apt-get install redis-server"
}

get_prometheus() {
    # Debian's package holds promtool as well.
    command -v prometheus >/dev/null && command -v promtool >/dev/null && return
    apt_install prometheus || loud "No Prometheus: it is needed. On Debian: sudo apt-get install prometheus"
}

[ $# -gt 0 ] || set -- kafka redis prometheus
for name in "$@"; do
    "get_$name"
done
exit 0
