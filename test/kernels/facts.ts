import { release } from 'node:os'
import { requireSandbox } from '../../src/sandbox/host.ts'

/** Run in the guest: what kith finds there. */
const host = await requireSandbox()
const cgroups = host.cgroups.map(
  ({ version, directory, controllers }) => `version ${version} at ${directory}: ${controllers.join(', ')}`,
)
const facts = {
  Linux: release(),
  'Landlock ABI': host.landlockAbi,
  cgroups: cgroups.join('; ') || 'none',
  sysroot: host.sysroot,
}
for (const [name, value] of Object.entries(facts)) process.stdout.write(`@@ fact ${name}: ${value}\n`)
