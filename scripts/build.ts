import { mkdirSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Makes the executable: `npm run build [-- --target linux-x64-musl]`. Commands become chunks of their own, so that start-up
 * loads only what a command needs.
 */
const targets = ['linux-x64', 'linux-x64-musl', 'linux-arm64', 'linux-arm64-musl'] as const

const root = join(import.meta.dir, '..')
const flag = process.argv.indexOf('--target')
const wanted = flag === -1 ? undefined : process.argv[flag + 1]
const target = targets.find((one) => one === wanted)
if (flag !== -1 && target === undefined) {
  process.stderr.write(`build: unknown target "${wanted}"; known: ${targets.join(' ')}\n`)
  process.exit(1)
}
const outfile = join(root, 'dist', target === undefined ? 'kith' : `kith-${target}`)
mkdirSync(join(root, 'dist'), { recursive: true })
const result = await Bun.build({
  entrypoints: [join(root, 'src', 'main.ts')],
  compile: { outfile, ...(target === undefined ? {} : { target: `bun-${target}` as const }) },
  format: 'esm',
  minify: true,
  splitting: true,
  bytecode: true,
})
for (const message of result.logs) process.stderr.write(`${message}\n`)
process.exit(result.success ? 0 : 1)
