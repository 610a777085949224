import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { requireSandbox } from '../../src/sandbox/host.ts'
import { ensureHostEtc } from '../../src/sandbox/host-etc.ts'
import { attempts } from './attempts.ts'
import type { Equipment } from './bench.ts'
import type { Tour } from './run-attempts.ts'
import { tryAttempt } from './try-attempt.ts'

/** Tries attempts as the user that it runs as, and prints each trial in a line. Started by stage.ts. */
interface Job extends Tour, Pick<Equipment, 'attack' | 'library' | 'scratch'> {
  readonly stage: string
}

const { settings, depth, matching, attack, library, scratch, stage } = JSON.parse(process.argv[2] ?? '') as Job
process.umask(0o022)
// Where stage.ts has what attempts need of a host besides.
process.env.KITH_ESCAPE_STAGE = stage
const layersDirectory = join(scratch, 'layers')
mkdirSync(layersDirectory)
const hostEtc = await ensureHostEtc(layersDirectory)
const equipment: Equipment = { attack, library, scratch, hostEtc, host: await requireSandbox() }

for (const setting of settings)
  for (const attempt of attempts)
    if (matching === undefined || matching.some((text) => attempt.name.includes(text)))
      process.stdout.write(`${JSON.stringify(await tryAttempt(attempt, setting, depth, equipment))}\n`)
process.exit(0)
