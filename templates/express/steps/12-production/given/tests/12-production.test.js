/** The site runs on a server: in a container, with secrets, logs, backups, and restarts that nobody notices. */

import { execFile } from 'node:child_process';
import {
  cp,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';

import * as containerfile from './support/containerfile.js';
import { expect, openSite, same, startSite } from './support/index.js';
import { PROJECT, Server, cleanEnvironment, inProduction, runNode } from './support/production.js';

const SECRETS = ['CONDUIT_SECRET', 'DATABASE_URL'];
const YEAR_SECONDS = 31_536_000;
const REQUESTS = 500;
const LEFT_OUT = /^(\.|node_modules|instance|tests|own_tests|lessons)/;
const MIGRATION = `
export async function up(knex) {
  await knex.schema.createTable('rehearsal', (table) => table.increments('id'));
}

export async function down(knex) {
  await knex.schema.dropTable('rehearsal');
}
`;
// The first start leaves a file. The second start finds this file, and then has a new migration.
const START_WITH_MIGRATION = `
if [ -e started ]; then cp rehearsal.js migrations/99991231235959_rehearsal.js; fi
touch started
exec "$@" >>server.log 2>&1
`;

const options = { timeout: 120_000 };
const folder = mkdtempSync(join(tmpdir(), 'production-'));
const servers = [];

after(async () => {
  for (const server of servers) await (await server).stop();
  rmSync(folder, { recursive: true, force: true });
});

let production;

/** A server in production, whose database has no tables. It has got a few requests. */
function productionServer() {
  production ??= startServer(inProduction(join(folder, 'site.db')), async (server) => {
    await server.get('/style.css');
    await server.get('/api/nowhere?email=ann@example.org', 'POST');
    await server.get('/api/articles'); // fails, because the table is missing
  });
  return production;
}

async function startServer(variables, use = async () => {}) {
  const starting = Server.start(variables);
  servers.push(starting);
  const server = await starting;
  if (!server.hasEnded) await use(server);
  return server;
}

/** The running server. */
async function running() {
  const server = await productionServer();
  const found = server.output.trim().slice(-300);
  expect(!server.hasEnded, `Expected the site to start in production. Found: ${found}`);
  return server;
}

/** How long a browser may keep a file without a new request. */
function secondsOf(headers) {
  return Number(/max-age=(\d+)/.exec(headers['cache-control'])?.[1] ?? 0);
}

/** The URL of the style sheet in the HTML of the home page. */
async function styleSheet(server) {
  const { text } = await server.get('/');
  const link = /<link[^>]*rel="?stylesheet"?[^>]*>/.exec(text)?.[0] ?? '';
  const url = /href="([^"]*)"/.exec(link)?.[1];
  expect(url, `Expected a link to a style sheet on /. Found: ${link || 'none'}`);
  return url;
}

/** The start command of the container, and the script that it runs. */
function startText() {
  const command = containerfile.startCommand();
  const scripts = command
    .filter((word) => word.endsWith('.sh'))
    .map((word) => join(PROJECT, word.replace(/^\.\//, '')));
  const texts = scripts
    .filter((file) => existsSync(file))
    .map((file) => readFileSync(file, 'utf8'));
  return [...command, ...texts.map((text) => text.replace(/^\s*#.*$/gm, ''))].join(' ');
}

test('The health page says that the site works', async () => {
  const site = await openSite();

  const reply = (await site.get('/health')).is(200);

  same(reply.body?.status, 'ok', 'status from GET /health');
});

test('The health page notices a missing database', async (t) => {
  (await (await openSite()).get('/health')).is(200);
  const site = await startSite(t, { database: folder, hasTables: false }); // a folder isn't a database

  (await site.get('/health')).is(503);
});

test('DATABASE_URL chooses the database', options, async () => {
  const file = join(folder, 'chosen.db');

  const { code, output } = await runNode('conduit/commands/init-db.js', [], { DATABASE_URL: file });

  expect(code === 0, `Expected init-db to work with DATABASE_URL. Found: ${output}`);
  expect(
    existsSync(file),
    `Expected init-db to create ${file}, as in DATABASE_URL. Found no file.`,
  );
});

test('The usual URLs of PostgreSQL work', options, async () => {
  for (const scheme of ['postgres', 'postgresql']) {
    const server = await startServer({
      DATABASE_URL: `${scheme}://ann:secret@127.0.0.1:1/conduit`,
    });
    const start = `Expected the site to start if DATABASE_URL begins with ${scheme}://.`;
    expect(!server.hasEnded, `${start} Found: ${server.output.trim().slice(-300)}`);

    const { status } = await server.get('/health');

    const expected = 'Expected status 503 from /health, because no PostgreSQL runs at this URL.';
    expect(status === 503, `${expected} Found ${status}.`);
  }
});

test('Production needs its secrets', options, async () => {
  await running();

  for (const name of SECRETS) {
    const variables = inProduction(join(folder, 'other.db'));
    delete variables[name];
    const server = await startServer(variables);
    const isNamed = server.hasEnded && server.output.includes(name);
    const expected = `Expected an error that names ${name}, if it is missing in production.`;
    const found = server.hasEnded ? server.output.trim().slice(-300) : 'that the site starts';
    expect(isNamed, `${expected} Found: ${found}`);
  }
});

test('Each request writes a log line in production', options, async () => {
  const server = await running();
  const found = `Found: ${server.output.trim().slice(-300) || 'no output'}`;

  for (const [method, path, status] of [
    ['GET', '/style.css', 200],
    ['POST', '/api/nowhere', 404],
  ]) {
    const lines = server.lines.filter((line) => line.method === method && line.path === path);
    const isThere = lines.some((line) => line.status === status);
    expect(
      isThere,
      `Expected a line of JSON for ${method} ${path} with status ${status}. ${found}`,
    );
    const [line] = lines;
    const wanted = { time: 'string', level: 'string', milliseconds: 'number' };
    for (const [name, type] of Object.entries(wanted)) {
      const message = `Expected "${name}" in the log line. Found: ${JSON.stringify(line)}`;
      expect(typeof line[name] === type, message);
    }
  }
  const posts = server.lines.filter(({ method }) => method === 'POST');
  same(posts.length, 1, 'the number of log lines for one request');
  const isPrivate = !server.output.includes('ann@');
  expect(isPrivate, 'Expected a log without query parameters. Found an e-mail in the log.');
});

test('A backup can be restored', async () => {
  const site = await openSite();
  const file = join(folder, 'site.backup');
  const { slug } = await site.publish('Bread', { body: 'Flour\nand “water”.', tagList: ['salt'] });
  await site.comment(slug, 'Mine came out flat.');
  const zoe = await site.register('Zoë');
  (await zoe.post(`/api/articles/${slug}/favorite`)).is(200);
  await site.run('backup', file);
  (await site.delete(`/api/articles/${slug}`)).is(204);
  await site.publish('Only after the backup');

  await site.run('restore', file);

  same(await site.titles(), ['Bread'], 'the titles from GET /api/articles');
  const { body, tagList, favoritesCount } = await site.read(slug);
  const expected = ['Flour\nand “water”.', ['salt'], 1];
  same([body, tagList, favoritesCount], expected, 'body, tagList and favoritesCount');
  const { comments } = (await site.get(`/api/articles/${slug}/comments`)).is(200).body;
  same(
    comments.map((comment) => comment.body),
    ['Mine came out flat.'],
    'the comments',
  );
  const user = { email: zoe.email, password: zoe.password };
  (await site.anonymous.post('/api/users/login', { user })).is(200);
  await site.publish('New after the backup');
});

test('The base image of the container is pinned', () => {
  const images = containerfile.baseImages();

  expect(images.length > 0, `Expected FROM in ${containerfile.NAME}. Found none.`);
  for (const image of images) {
    const isPinned = /:v?\d+\.\d+\.\d+|@sha256:/.test(image);
    const expected = 'Expected a version with three numbers, such as node:24.11.1-slim.';
    expect(isPinned, `${expected} Found ${image}.`);
  }
});

test('The container does not run as root', () => {
  const users = containerfile.lastStage().filter(({ name }) => name === 'USER');

  const { NAME } = containerfile;
  expect(users.length > 0, `Expected USER in ${NAME}, after the last FROM. Found none.`);
  const { text } = users.at(-1);
  expect(!/^(root|0+)\b/.test(text), `Expected a user other than root. Found USER ${text}.`);
});

test('The container holds no secret', () => {
  const copied = containerfile.copied();
  expect(copied.length > 0, `Expected COPY in ${containerfile.NAME}. Found none.`);

  for (const { name, text } of containerfile.instructions()) {
    if (name !== 'ENV' && name !== 'ARG') continue;
    const secret = /\b\w*(SECRET|KEY|PASSWORD|TOKEN|DATABASE_URL)\w*(?=[= ]|$)/i.exec(text)?.[0];
    expect(!secret, `Expected no secret in ${containerfile.NAME}. Found ${name} ${secret}.`);
  }
  for (const source of copied) {
    const [first] = source.replace(/^\.\//, '').split('/');
    const isWide = ['', '.', '*', '..', 'instance', '.env', '.git', 'node_modules'].includes(first);
    expect(!isWide, `Expected COPY with single files and folders of the site. Found ${source}.`);
  }
});

test('The container has only the packages of the site', () => {
  const runs = containerfile.instructions().filter(({ name }) => name === 'RUN');
  const installs = runs.filter(({ text }) => /\bnpm (ci|i|install)\b/.test(text));

  const { NAME } = containerfile;
  expect(installs.length > 0, `Expected npm ci in ${NAME}. Found no command for the packages.`);
  for (const { text } of installs) {
    expect(/\bnpm ci\b/.test(text), `Expected npm ci, which uses the pins. Found: ${text}`);
    const isSmall = /--omit[= ]dev\b|--production\b/.test(text);
    expect(isSmall, `Expected --omit=dev, without packages for developers. Found: ${text}`);
  }
});

test('The container updates the tables and serves', () => {
  const text = startText();

  const update = text.search(/\bmigrate:latest\b/);
  const serve = text.search(/\bnode\b[^;&|]*conduit\/server\.js/);
  const found = `Found: ${text.slice(0, 200) || 'nothing'}`;
  expect(serve >= 0, `Expected the container to start node conduit/server.js. ${found}`);
  expect(update >= 0, `Expected knex migrate:latest before the server. ${found}`);
  expect(update < serve, 'Expected the migrations before the server. Found them after the server.');
});

test('The log line of a failed request has the error', options, async () => {
  const server = await running();

  const lines = server.lines.filter(({ path }) => path === '/api/articles');

  const found = `Found: ${JSON.stringify(lines)}`;
  same(lines.length, 1, 'the number of log lines for one failed request');
  const [line] = lines;
  same([line.status, line.level], [500, 'ERROR'], 'status and level of the log line');
  const hasError = JSON.stringify(line).includes('no such table');
  expect(hasError, `Expected the error "no such table" in the log line. ${found}`);
});

test('Browsers keep static files for a year', options, async () => {
  const server = await running();
  const url = await styleSheet(server);

  const { status, headers } = await server.get(url);

  same(status, 200, `the status from GET ${url}`);
  const expected = `Expected max-age=${YEAR_SECONDS} for ${url}.`;
  expect(secondsOf(headers) >= YEAR_SECONDS, `${expected} Found ${secondsOf(headers)} seconds.`);
});

test('Only the current version of a file is kept', options, async () => {
  const server = await running();
  const url = await styleSheet(server);
  const kept = secondsOf((await server.get(url)).headers);
  expect(kept > 3600, `Expected browsers to keep ${url}. Found ${kept} seconds.`);

  const other = url.replace(/[0-9a-f]{6,}/, '000000000000');
  for (const path of new Set(['/', '/style.css', other])) {
    if (path === url) continue;
    const seconds = secondsOf((await server.get(path)).headers);
    expect(seconds <= 3600, `Expected a new request for ${path}. Found max-age=${seconds}.`);
  }
});

test('A broken backup changes nothing', async () => {
  const site = await openSite();
  const file = join(folder, 'broken.backup');
  for (const title of ['Bread', 'Soup']) await site.publish(title);
  await site.run('backup', file);
  await site.run('restore', file);
  writeFileSync(file, readFileSync(file).subarray(0, -20));

  const { code, output } = await site.server.run('restore', file);

  expect(code !== 0, `Expected an error of restore for a broken backup. Found: ${output}`);
  same(await site.titles(), ['Soup', 'Bread'], 'the titles from GET /api/articles');
});

test('A restart with a new migration fails no request', { timeout: 300_000 }, async () => {
  const command = containerfile.startCommand();
  expect(command.length > 0, `Expected CMD in ${containerfile.NAME}. Found none.`);
  const [site, database] = [join(folder, 'site'), join(folder, 'restart.db')];
  const filter = (source) => !LEFT_OUT.test(relative(PROJECT, source));
  await promisify(cp)(PROJECT, site, { recursive: true, filter });
  symlinkSync(join(PROJECT, 'node_modules'), join(site, 'node_modules'));
  writeFileSync(join(site, 'rehearsal.js'), MIGRATION);
  const restart = ['--port=0', '--path=/api/articles', '--restarts=1', `--requests=${REQUESTS}`];
  const server = ['sh', '-c', START_WITH_MIGRATION, 'sh', 'env', 'PORT={port}', 'HOST=127.0.0.1'];
  const env = { ...cleanEnvironment(), ...inProduction(database) };

  const { code, output } = await new Promise((resolve) => {
    const args = ['tools/rehearse.mjs', ...restart, '--', ...server, ...command];
    execFile(process.execPath, args, { cwd: site, env }, (error, stdout, stderr) => {
      resolve({ code: error ? error.code : 0, output: stdout + stderr });
    });
  });

  const log = readFileSync(join(site, 'server.log'), 'utf8').trim().split('\n').slice(-5);
  const last = ['The last lines of the server:', ...log].join('\n');
  const found = output.trim().split('\n').at(-1);
  expect(code === 0, `Expected no failed request. Found: ${found}\n${last}`);
  const { output: list } = await runKnexList(site, env);
  expect(list.includes('rehearsal'), `Expected the restart to run the new migration.\n${last}`);
});

/** The migrations that a database has, as `knex migrate:list` prints them. */
function runKnexList(site, env) {
  const knex = join('node_modules', 'knex', 'bin', 'cli.js');
  return new Promise((resolve) => {
    execFile(process.execPath, [knex, 'migrate:list'], { cwd: site, env }, (error, stdout) => {
      const [done] = stdout.split(/Found \d+ Pending|No Pending/i);
      resolve({ output: error ? '' : done });
    });
  });
}
