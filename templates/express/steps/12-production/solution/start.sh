#!/bin/sh
# Update the tables, then start the server. `exec` lets the server receive the signal to stop.
set -e
node_modules/.bin/knex migrate:latest
exec node conduit/server.js
