import { afterAll, beforeAll, expect, test } from 'bun:test'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { blake3 } from 'hash-wasm'
import { listTree, openWorld, type ScratchWorld, sh } from './cli-fixture.ts'

/** The database that kith writes is the one that sh kiss reads: file for file, line for line, as its format is described. */

let world: ScratchWorld
// One world for all: its four builds take most of the time. Each test leaves it as it was, but the last.
beforeAll(async () => {
  world = openWorld()
  await installAll()
})
afterAll(() => world[Symbol.dispose]())

const build = `#!/bin/sh -e
mkdir -p "$1/usr/bin" "$1/usr/share/empty" "$1/usr/lib" "$1/etc/conf.d"
echo tool-$2 >"$1/usr/bin/tool"
ln -s tool "$1/usr/bin/alias"
: >"$1/usr/lib/libx.la"
: >"$1/usr/lib/charset.alias"
printf a >"$1/etc/a.conf"
printf z >"$1/etc/conf.d/z"
ln -s /run/x "$1/etc/link"
`

/** Builds and installs `tool`, which needs `lib`, and `rival`, which has one of its files too. */
async function installAll(): Promise<void> {
  world.recipe('lib', { build: '#!/bin/sh -e\nmkdir -p "$1/usr/lib"\n: >"$1/usr/lib/lib"\n' })
  world.recipe('tool', {
    build,
    version: '1.0-2 3  \n',
    depends: '# first\nlib\nmaker make\n',
    sources: 'files/note\n',
    'files/note': 'note\n',
    // Not executable: there is no shell in this root.
    'post-install': '#!/bin/sh\n:\n',
    README: 'words\n',
  })
  world.recipe('maker')
  world.recipe('rival', { build: '#!/bin/sh -e\nmkdir -p "$1/usr/bin"\necho rival >"$1/usr/bin/tool"\n' })
  for (const words of [
    ['c', 'tool'],
    ['b', 'tool', 'rival'],
    ['i', 'tool'],
    ['i', 'rival'],
  ])
    expect((await world.run(...words)).status).toBe(0)
}

const entry = (name: string): string => join(world.root, 'var/db/kiss/installed', name)
const lines = (path: string): string[] => readFileSync(path, 'utf8').split('\n').slice(0, -1)

test('an entry is the recipe, with manifest and etcsums, and nothing else', async () => {
  expect(listTree(entry('tool'))).toEqual([
    ...['README', 'build', 'checksums', 'depends', 'etcsums', 'files', 'files/note', 'manifest', 'post-install'],
    ...['sources', 'version'],
  ])
  for (const file of ['README', 'build', 'checksums', 'depends', 'files/note', 'post-install', 'sources', 'version'])
    expect(readFileSync(join(entry('tool'), file), 'utf8')).toBe(
      readFileSync(join(world.repository, 'tool', file), 'utf8'),
    )
  expect(readdirSync(join(world.root, 'var/db/kiss')).sort()).toEqual(['.kith', 'choices', 'installed'])
  expect(sh('stat -c %a build post-install version', entry('tool'))).toBe('755\n644\n644\n')
})

test('a manifest goes down, has a slash after directories, and lists itself; etcsums follow it', async () => {
  const manifest = lines(join(entry('tool'), 'manifest'))
  const own = listTree(entry('tool')).map((path) => `/var/db/kiss/installed/tool/${path}`)
  const files = ['/etc/a.conf', '/etc/conf.d/z', '/etc/link', '/usr/bin/alias', '/usr/bin/tool']
  const directories = ['/etc/', '/etc/conf.d/', '/usr/', '/usr/bin/', '/usr/lib/', '/usr/share/', '/usr/share/empty/']
  const database = ['/var/', '/var/db/', '/var/db/kiss/', '/var/db/kiss/installed/', '/var/db/kiss/installed/tool/']
  const all = [
    ...files,
    ...directories,
    ...database,
    ...own.map((path) => (path.endsWith('/files') ? `${path}/` : path)),
  ]

  expect(manifest).toEqual(all.sort().reverse())
  const sum = (text: string): Promise<string> => blake3(text, 264)
  expect(lines(join(entry('tool'), 'etcsums'))).toEqual([await sum(''), await sum('z'), await sum('a')])
})

test('a choice is a file named for package and path, in the manifest of its package', async () => {
  expect(readdirSync(join(world.root, 'var/db/kiss/choices'))).toEqual(['rival>usr>bin>tool'])
  const manifest = lines(join(entry('rival'), 'manifest'))
  expect(manifest).toContain('/var/db/kiss/choices/rival>usr>bin>tool')
  expect(manifest).not.toContain('/usr/bin/tool')
  expect(manifest).toEqual([...manifest].sort().reverse())
  await world.run('a', 'rival', '/usr/bin/tool')

  expect(readdirSync(join(world.root, 'var/db/kiss/choices'))).toEqual(['tool>usr>bin>tool'])
  expect(lines(join(entry('rival'), 'manifest'))).toContain('/usr/bin/tool')
  expect(lines(join(entry('tool'), 'manifest'))).toContain('/var/db/kiss/choices/tool>usr>bin>tool')
  await world.run('a', 'tool', '/usr/bin/tool')
})

/** What sh kiss does with the database, in its own words: list, owner, dependents, alternatives, removal. */
const kiss = `
db=$R/var/db/kiss/installed
for pkg in "$db"/*; do read -r ver rel <"$pkg/version"; echo "\${pkg##*/} $ver-$rel"; done
echo "owner $(grep -lFx /usr/bin/tool "$db"/*/manifest | sed 's|/manifest||; s|.*/||')"
cd "$db"; echo "dependents $(grep -lFx lib -- */depends)"
for pkg in "$R/var/db/kiss/choices"/*; do pkg=\${pkg##*/}; echo "choice \${pkg%%>*} $(echo ">\${pkg#*>}" | sed 's|>|/|g')"; done
cp "$db/rival/manifest" "$R/going"
while read -r file; do
  case $file in
    */) rmdir "$R$file" 2>/dev/null || : ;;
    *) rm -f "$R$file" ;;
  esac
done <"$R/going"
rm "$R/going"; cd "$R"; find . -path ./var/db/kiss/.kith -prune -o -name '*rival*' -print
`

test('sh reads it by the rules of sh kiss, and removes a package by its manifest without a trace', async () => {
  const said = sh(`R=${world.root}\n${kiss}`, '/')

  expect(said.split('\n').slice(0, -1)).toEqual([
    'lib 1.0-1',
    'rival 1.0-1',
    'tool 1.0-2-3',
    'owner tool',
    'dependents tool/depends',
    'choice rival /usr/bin/tool',
  ])
  expect((await world.run('l')).stdout).toBe('lib 1.0-1\ntool 1.0-2-3\n')
  expect((await world.run('verify')).status).toBe(0)
  expect((await world.run('r', 'tool', 'lib')).status).toBe(0)
  const left = listTree(world.root).filter((path) => !path.includes('.kith'))
  expect(left).toEqual(['var', 'var/db', 'var/db/kiss'])
})
