import type { Attempt } from './attempt.ts'
import { deviceAttempts } from './attempts/devices.ts'
import { hostFileAttempts } from './attempts/host-files.ts'
import { kernelAttempts } from './attempts/kernel.ts'
import { layerFileAttempts } from './attempts/layer-files.ts'
import { limitAttempts } from './attempts/limits.ts'
import { mountAttempts } from './attempts/mounts.ts'
import { networkAttempts } from './attempts/network.ts'
import { outputAttempts } from './attempts/output.ts'
import { processAttempts } from './attempts/processes.ts'
import { secretAttempts } from './attempts/secrets.ts'

export const attempts: readonly Attempt[] = [
  ...layerFileAttempts,
  ...hostFileAttempts,
  ...deviceAttempts,
  ...mountAttempts,
  ...processAttempts,
  ...kernelAttempts,
  ...networkAttempts,
  ...secretAttempts,
  ...outputAttempts,
  ...limitAttempts,
]
