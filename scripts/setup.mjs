// Runs after `npm ci`: makes sure that what npm cannot install is there, or says in one line what is
// missing and what to do. Plain JavaScript, because the system's Node may be older than the one that
// the project brings. Never fails an installation.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

const say = (line) => process.stdout.write(`anybpf set-up: ${line}\n`);

function hasLibbpf() {
  const wanted = process.env.ANYBPF_LIBBPF;
  if (wanted) return existsSync(wanted);
  const cache = spawnSync('ldconfig', ['-p'], {
    encoding: 'utf8',
    env: { ...process.env, PATH: `${process.env.PATH}:/sbin:/usr/sbin` },
  });
  if (cache.status === 0) return cache.stdout.includes('libbpf.so.1 ');
  return ['/usr/lib64', '/usr/lib', '/lib'].some((folder) => existsSync(`${folder}/libbpf.so.1`));
}

function isDebianLike() {
  try {
    return /^ID(_LIKE)?=.*(debian|ubuntu)/m.test(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    return false;
  }
}

function installLibbpf() {
  const apt = (...args) =>
    execFileSync('apt-get', ['-qq', '-o', 'DPkg::Lock::Timeout=120', ...args], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  try {
    apt('install', '-y', '--no-install-recommends', 'libbpf1');
  } catch {
    // A machine whose package lists are missing or old.
    apt('update');
    apt('install', '-y', '--no-install-recommends', 'libbpf1');
  }
}

function setUpLibbpf() {
  if (process.platform !== 'linux') {
    return say(`the linux backend is absent: this is ${process.platform}; all else works`);
  }
  if (hasLibbpf()) return say('libbpf.so.1 is installed');
  const manual = 'install libbpf 1.x yourself (Debian/Ubuntu: apt-get install libbpf1)';
  if (process.env.ANYBPF_NO_APT === '1') {
    return say(`the linux backend is absent: no libbpf.so.1, and ANYBPF_NO_APT=1; ${manual}`);
  }
  if (!isDebianLike()) {
    return say(`the linux backend is absent: no libbpf.so.1; ${manual}`);
  }
  if (process.getuid() !== 0) {
    return say(
      `the linux backend is absent: no libbpf.so.1, and only root can install it; ${manual}`,
    );
  }
  say('libbpf.so.1 is missing: installing the package libbpf1 (ANYBPF_NO_APT=1 prevents it)');
  try {
    installLibbpf();
    say(hasLibbpf() ? 'libbpf1 installed' : `apt-get ran, yet libbpf.so.1 is not found; ${manual}`);
  } catch (error) {
    const detail = String(error.stderr ?? error.message)
      .trim()
      .split('\n')
      .at(-1);
    say(`the linux backend is absent: apt-get could not install libbpf1 (${detail}); ${manual}`);
  }
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  say(`Node.js ${process.version} runs the scripts`);
  if (major < 22 || (major === 22 && minor < 12)) {
    say(
      'this Node.js is too old (22.12 or newer is needed) and the one that npm brings did not install: ' +
        'run `npm install-scripts approve node && npm rebuild node`, or install Node.js 24',
    );
  }
}

checkNode();
setUpLibbpf();
