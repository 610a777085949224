import { afterEach, beforeEach, expect, test } from 'bun:test'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isRoot, openWorld, type Run, type ScratchWorld, sh } from './cli-fixture.ts'

/** `kith update` on real git repositories: whose rights, which signatures, which submodules, which hooks. */

const hasGit = Bun.which('git') !== null
const hasKeys = Bun.which('ssh-keygen') !== null
const withGit = test.skipIf(!hasGit)

let world: ScratchWorld
let settings: string
beforeEach(() => {
  world = openWorld()
  settings = join(world.directory, 'gitconfig')
  writeFileSync(settings, '[user]\n\tname = x\n\temail = x@example.org\n[protocol "file"]\n\tallow = always\n')
  git('.', 'init -q -b main w; cd w; mkdir core; echo 1 1 >core/version; git add .; git commit -qm one')
  git('.', 'clone -q --bare w up.git; git -C w remote add up ../up.git; git clone -q up.git repos')
})
afterEach(() => world[Symbol.dispose]())

/** Runs `git <line>` in a directory below the scratch directory. */
function git(where: string, line: string): string {
  return sh(`export GIT_CONFIG_GLOBAL=${settings} GIT_CONFIG_NOSYSTEM=1; git ${line}`, join(world.directory, where))
}

/** A further commit upstream; options for `git commit`. */
function publish(text: string, options = ''): void {
  git('w', `pull -q up main; echo ${text} 1 >core/version; git commit -qam ${text} ${options}; git push -q up main`)
}

async function update(paths: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Run> {
  const KISS_PATH = paths.map((path) => join(world.directory, path)).join(':')
  const own = { GIT_CONFIG_GLOBAL: settings, GIT_CONFIG_NOSYSTEM: '1' }
  return await world.runWith({ env: { ...own, KISS_PATH, ...env } }, 'update')
}

const version = (path = 'repos/core/version'): string => readFileSync(join(world.directory, path), 'utf8')

withGit('hooks stand in each repository, with the name of its owner; the MOTD is told', async () => {
  publish('2')
  writeFileSync(join(world.repository, 'MOTD'), 'mind the gap\n')
  const hook = join(world.directory, 'hook')
  writeFileSync(hook, `#!/bin/sh\necho "$@" "$PWD" >>${world.directory}/log\n`)
  chmodSync(hook, 0o755)
  const { status, stderr } = await update(['repos/core', 'repo', 'nowhere'], { KISS_HOOK: hook })

  expect(status).toBe(0)
  expect(stderr).toContain('mind the gap')
  const me = sh('id -un', '/').trim()
  expect(readFileSync(join(world.directory, 'log'), 'utf8').split('\n')).toEqual([
    `pre-update 0 ${me} ${world.directory}/repos`,
    `post-update ${world.directory}/repos`,
    `pre-update 0 ${me} ${world.repository}`,
    `post-update ${world.repository}`,
    `SIGEXIT ${world.directory}`,
    '',
  ])
  expect(version()).toBe('2 1\n')
})

withGit('submodules come along, at the tips of their branches', async () => {
  git('.', 'init -q -b main s; cd s; echo 1 >x; git add .; git commit -qm one')
  git('w', 'submodule --quiet add ../s sub; git commit -qm sub; git push -q up main')
  expect((await update(['repos'])).status).toBe(0)
  expect(version('repos/sub/x')).toBe('1\n')

  git('s', 'checkout -q main; echo 2 >x; git commit -qam two')
  expect((await update(['repos/core'])).status).toBe(0)
  expect(version('repos/sub/x')).toBe('2\n')
})

test.skipIf(!hasGit || !hasKeys)('what has no good signature is refused, also where git would rebase', async () => {
  sh('ssh-keygen -q -t ed25519 -N "" -f key; echo "x@example.org $(cat key.pub)" >signers', world.directory)
  git('.', `config --global gpg.format ssh; git config --global user.signingKey ${world.directory}/key.pub`)
  git('.', `config --global gpg.ssh.allowedSignersFile ${world.directory}/signers`)
  git('repos', 'config merge.verifySignatures yes; git config pull.rebase true')

  publish('2', '-S')
  const signed = await update(['repos/core'])
  expect([signed.status, version()]).toEqual([0, '2 1\n'])
  expect(signed.stderr).toContain('signature verification enabled')

  publish('3')
  const unsigned = await update(['repos/core'])
  expect([unsigned.status, version()]).toEqual([1, '2 1\n'])
  expect(unsigned.stderr).toMatch(/Cannot update ".*repos": .*does not have a GPG signature/)
})

test.skipIf(!hasGit || !hasKeys)('a submodule that asks for signatures is left where it was', async () => {
  git('.', 'init -q -b main s; cd s; echo 1 >x; git add .; git commit -qm one')
  git('w', 'submodule --quiet add ../s sub; git commit -qm sub; git push -q up main')
  await update(['repos'])
  git('repos/sub', 'config merge.verifySignatures true')
  git('s', 'checkout -q main; echo 2 >x; git commit -qam two')
  const { status, stderr } = await update(['repos'])

  expect([status, version('repos/sub/x')]).toEqual([1, '1\n'])
  expect(stderr).toContain('of submodule sub has no good signature')
})

test.skipIf(!hasGit || !isRoot)(
  "root updates a user's repository as that user, with the user's home (skipped where git is missing, or without root)",
  async () => {
    chmodSync(world.directory, 0o755)
    publish('2')
    sh('chown -R 65534:65534 repos up.git', world.directory)
    const { status, stderr } = await update(['repos/core'], { GIT_CONFIG_GLOBAL: '/dev/null' })

    expect([stderr.includes('ERROR'), status]).toEqual([false, 0])
    expect(version()).toBe('2 1\n')
    expect(sh('find repos ! -user 65534', world.directory)).toBe('')
    expect(stderr).toMatch(/repos \(as \S+\)/)
  },
)

test.skipIf(!hasGit || !isRoot)(
  'KISS_SU becomes the owner of a repository where it is set (skipped where git is missing, or without root)',
  async () => {
    chmodSync(world.directory, 0o755)
    publish('2')
    sh('chown -R 65534:65534 repos up.git', world.directory)
    mkdirSync(join(world.directory, 'su'))
    const sudo = join(world.directory, 'su/sudo')
    const become = 'shift 3; exec setpriv --reuid=65534 --regid=65534 --clear-groups -- "$@"'
    writeFileSync(sudo, `#!/bin/sh -e\necho "$@" >>${world.directory}/log\n${become}\n`)
    chmodSync(sudo, 0o755)
    const env = { KISS_SU: sudo, LOGNAME: 'root', GIT_CONFIG_GLOBAL: '/dev/null', HOME: '/' }
    const { status } = await update(['repos/core'], env)

    expect([status, version()]).toEqual([0, '2 1\n'])
    expect(readFileSync(join(world.directory, 'log'), 'utf8')).toMatch(/^-u \S+ -- git -C \S+repos pull\n/)
  },
)

withGit('an unsigned submodule that is there already, as after an interruption, does not stay', async () => {
  git('.', 'init -q -b main s; cd s; echo 1 >x; git add .; git commit -qm one')
  git('w', 'submodule --quiet add ../s sub; git commit -qm sub; git push -q up main')
  await update(['repos'])
  git('repos/sub', 'config merge.verifySignatures true')
  const { status, stderr } = await update(['repos'])

  expect([status, existsSync(join(world.directory, 'repos/sub/x'))]).toEqual([1, false])
  expect(stderr).toContain('of submodule sub has no good signature')
})

test.skipIf(!hasGit || !isRoot)(
  "attack: a hook of another user's repository, run by root's update, has neither root's group nor environment (skipped where git is missing, or without root)",
  async () => {
    chmodSync(world.directory, 0o755)
    publish('2')
    const hook = join(world.directory, 'repos/.git/hooks/post-merge')
    mkdirSync(join(world.directory, 'told'), { mode: 0o777 })
    writeFileSync(hook, `#!/bin/sh\n{ id -u; id -G; env; } >${world.directory}/told/all\n`)
    chmodSync(hook, 0o755)
    chmodSync(join(world.directory, 'told'), 0o777)
    sh('chown -R 65534 repos up.git', world.directory)
    const env = { GIT_CONFIG_GLOBAL: '/dev/null', SECRET_KEY: 's3cr', GIT_DIR: '/nowhere' }
    const { status } = await update(['repos/core'], env)

    expect([status, version()]).toEqual([0, '2 1\n'])
    const [id, groups, ...variables] = readFileSync(join(world.directory, 'told/all'), 'utf8').split('\n')
    expect(id).toBe('65534')
    expect(groups?.split(' ')).not.toContain('0')
    expect(variables.filter((line) => /s3cr|nowhere/.test(line))).toEqual([])
  },
)

test.skipIf(!hasGit || !isRoot)(
  "attack: a program that another user's repository names does not run as whoever updates (skipped where git is missing, or without root)",
  async () => {
    chmodSync(world.directory, 0o755)
    git('.', 'init -q -b main s; cd s; echo 1 >x; git add .; git commit -qm one')
    git('w', 'submodule --quiet add ../s sub; git commit -qm sub; git push -q up main')
    git('.', 'clone -q --recurse-submodules up.git theirs')
    const evil = join(world.directory, 'evil')
    mkdirSync(join(world.directory, 'told'), { mode: 0o777 })
    chmodSync(join(world.directory, 'told'), 0o777)
    writeFileSync(evil, `#!/bin/sh\nid -u >>${world.directory}/told/all\n`)
    chmodSync(evil, 0o755)
    git('theirs/sub', `config core.fsmonitor ${evil}`)
    git('theirs', `config core.fsmonitor ${evil}`)
    sh('chown -R 4001:4001 theirs', world.directory)
    const sudo = join(world.directory, 'sudo')
    writeFileSync(sudo, '#!/bin/sh\nexit 0\n')
    chmodSync(sudo, 0o755)
    const under = ['setpriv', '--reuid=4002', '--regid=4002', '--clear-groups', '--']
    const own = { GIT_CONFIG_GLOBAL: settings, GIT_CONFIG_NOSYSTEM: '1', KISS_SU: sudo, LOGNAME: 'other', HOME: '/' }
    const KISS_PATH = join(world.directory, 'theirs')
    const { stderr } = await world.runWith({ under, env: { ...own, KISS_PATH, XDG_CACHE_HOME: '' } }, 'update')

    expect(stderr).toContain(`-> ${KISS_PATH}`)
    expect(existsSync(join(world.directory, 'told/all'))).toBe(false)
  },
)
