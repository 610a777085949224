import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { blake3 } from 'hash-wasm'
import { type ScratchWorld, sh } from './cli-fixture.ts'
import { installByHand } from './installed-fixture.ts'

/**
 * A system as sh kiss would have made it, for the walk-through of docs/from-kiss.md: a root with packages, one of whose files in /etc the
 * user edited, and below the home directory two repositories, one of them a clone whose upstream has moved on.
 */
export async function makeKissSystem(world: ScratchWorld): Promise<void> {
  const { root } = world
  const home = join(world.directory, 'home')
  const profile = 'umask 022\n\nexport PATH=/bin\n\nexport EDITOR=vi\n'
  installByHand(root, 'baselayout', {
    version: '1 1',
    files: { '/etc/profile': profile },
    entry: { build: makes('etc/profile', profile), etcsums: `${await blake3(profile, 264)}\n` },
  })
  // Edited by the user since.
  writeFileSync(join(root, 'etc/profile'), profile.replace('vi', 'nano'))
  installByHand(root, 'busybox', { version: '1.37.0 1', files: { '/usr/bin/busybox': 'b', '/usr/bin/ls': 'busybox' } })
  installByHand(root, 'zlib', { version: '1.3 1', files: { '/usr/lib/libz.so.1': 'z' } })
  installByHand(root, 'curl', { version: '8.0 2', depends: 'zlib\ncmake make\n', files: { '/usr/bin/curl': 'c' } })

  const core = join(home, 'repos/core')
  const extra = join(home, 'repos/extra')
  const upstream = join(world.directory, 'upstream')
  for (const directory of [upstream, core, extra]) mkdirSync(directory, { recursive: true })
  recipe(join(upstream, 'baselayout'), { version: '1 1', build: makes('etc/profile', profile) })
  recipe(join(upstream, 'zlib'), { version: '1.3 1', build: makes('usr/lib/libz.so.1', 'z') })
  const git = `export GIT_CONFIG_GLOBAL=/dev/null GIT_AUTHOR_NAME=x GIT_AUTHOR_EMAIL=x GIT_COMMITTER_NAME=x GIT_COMMITTER_EMAIL=x`
  sh(`${git}; git init -q -b main .; git add .; git commit -qm one; git clone -q . ${core}`, upstream)
  const later = profile.replace('022', '077')
  recipe(join(upstream, 'baselayout'), { version: '2 1', build: makes('etc/profile', later) })
  recipe(join(upstream, 'zlib'), { version: '1.3.1 1', build: makes('usr/lib/libz.so.1', 'newer') })
  writeFileSync(join(upstream, 'MOTD'), 'zlib is new.\n')
  sh(`${git}; git add .; git commit -qm two`, upstream)

  recipe(join(extra, 'curl'), { version: '8.0 2', build: makes('usr/bin/curl', 'c') })
  recipe(join(extra, 'busybox'), { version: '1.37.0 1', build: makes('usr/bin/busybox', 'b') })
  recipe(join(extra, 'coreutils'), { version: '9.5 1', build: makes('usr/bin/ls', 'coreutils') })
  recipe(join(extra, 'hello'), {
    version: '2.12 1',
    build: makes('usr/bin/hello', 'hello'),
    sources: 'files/hello\n',
    checksums: `${await blake3('hello\n', 264)}\n`,
  })
  mkdirSync(join(extra, 'hello/files'))
  writeFileSync(join(extra, 'hello/files/hello'), 'hello\n')
  mkdirSync(join(home, 'bin'))
  program(join(home, 'bin/kiss-mirror'), '#!/bin/sh\n# Show the mirror\necho "your own program"\n')
}

function makes(path: string, text: string): string {
  return `#!/bin/sh -e\nmkdir -p "$1/$(dirname ${path})"\nprintf '${text.replaceAll('\n', '\\n')}' >"$1/${path}"\n`
}

function recipe(directory: string, files: Readonly<Record<string, string>>): void {
  mkdirSync(directory, { recursive: true })
  for (const [name, text] of Object.entries(files))
    writeFileSync(join(directory, name), name === 'version' ? `${text}\n` : text)
  chmodSync(join(directory, 'build'), 0o755)
}

function program(path: string, text: string): void {
  writeFileSync(path, text)
  chmodSync(path, 0o755)
}
