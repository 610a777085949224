import { expect, test } from 'bun:test'
import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { removeTree } from './files.ts'

const scratch = (): string => fs.mkdtempSync(join(tmpdir(), 'kith-remove-'))

/** Runs a shell script in a scratch directory. */
function make(directory: string, script: string): void {
  const { exitCode, stderr } = Bun.spawnSync(['sh', '-ec', script], { cwd: directory })
  if (exitCode !== 0) throw new Error(stderr.toString())
}

/** Shells refuse to go where a path gets too long. */
function levels(count: number, name: string): string {
  return `perl -e 'for (1..${count}) { mkdir "${name}"; chdir "${name}" or die }'`
}
const deepTest = test.skipIf(Bun.which('perl') === null)

test('removeTree() takes what is no directory, an empty one, and nothing at all', () => {
  const directory = scratch()
  make(directory, ': >file; mkdir empty; ln -s / link')

  for (const name of ['file', 'empty', 'link', 'nothing']) removeTree(join(directory, name))

  expect(fs.readdirSync(directory)).toEqual([])
  removeTree(directory)
  expect(fs.existsSync('/usr')).toBe(true)
})

deepTest(
  'removeTree() takes thousands of levels in little time, and names that are no text (skipped without perl)',
  () => {
    const directory = scratch()
    make(directory, `${levels(4000, 'd')} -e 'mkdir "\\xff\\x80"'`)

    removeTree(directory)

    expect(fs.existsSync(directory)).toBe(false)
  },
)

deepTest(
  'removeTree() takes directories that forbid everything, far down, with names that are no text (skipped without perl)',
  () => {
    const directory = scratch()
    const closing = 'for ("closed", "\\xff\\xfe") { mkdir $_; mkdir "$_/in"; chmod 0, $_ }'
    make(directory, `${levels(120, 'x'.repeat(50))} -e '${closing}'`)
    fs.chmodSync(directory, 0o755)
    const asUser = `import { removeTree } from ${JSON.stringify(join(import.meta.dir, 'files.ts'))}; removeTree(${JSON.stringify(directory)})`
    const isRoot = process.getuid?.() === 0
    // As an ordinary user, to whom the directories belong, below one that is everybody's.
    if (isRoot) make(directory, `chown -R 65534:65534 "${directory}"`)
    const under = isRoot ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : []
    const { exitCode, stderr } = Bun.spawnSync([...under, process.execPath, '-e', asUser], {
      env: { PATH: process.env.PATH ?? '' },
    })

    expect([exitCode, stderr.toString()]).toEqual([0, ''])
    expect(fs.existsSync(directory)).toBe(false)
  },
)
