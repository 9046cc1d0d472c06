#!/bin/sh
# Write what docker-compose.yml needs and git must not hold: .env with new secrets, and ./tocsin/ with a sample
# configuration (what `tocsin init` writes). Overwrites nothing. Usage: sh deploy/make-env.sh
set -eu
cd "$(dirname "$0")/.."

new_secret() {
    od -An -N24 -tx1 /dev/urandom | tr -d ' \n'
}

if [ -e .env ]; then
    echo "kept .env"
else
    umask 077
    {
        echo "# Secrets of docker-compose.yml. The first is what the page and the API ask for."
        echo "TOCSIN_WEB__TOKEN=$(new_secret)"
        echo "REDIS_PASSWORD=$(new_secret)"
        echo "GRAFANA_PASSWORD=$(new_secret)"
    } >.env.new
    mv .env.new .env
    echo "wrote .env"
fi

if [ -e tocsin ]; then
    echo "kept tocsin/"
else
    umask 022
    rm -rf tocsin.new # what an interrupted run left
    cp -R monitor/cli/templates tocsin.new
    chmod -R a+rX tocsin.new # read by another user, in the containers
    mv tocsin.new tocsin
    echo "wrote tocsin/: set poll.contact in tocsin/tocsin.yaml"
fi
