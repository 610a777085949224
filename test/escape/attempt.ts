import type { SysrootStrategy } from '../../src/model/sysroot-setting.ts'
import type { Protection } from '../../src/sandbox/protections.ts'
import type { Bench } from './bench.ts'

/** In what an attack is tried: by whom the sandbox is made, and how its layers are merged. */
export interface Setting {
  readonly mode: 'root' | 'user'
  readonly strategy: SysrootStrategy
}

export const settings: readonly Setting[] = [
  { mode: 'root', strategy: 'overlay' },
  { mode: 'root', strategy: 'links' },
  { mode: 'user', strategy: 'overlay' },
  { mode: 'user', strategy: 'links' },
]

/** Protections that are about what a sandbox is asked for, or about kith around it: an attempt drops them itself. */
export const levers = [
  'minimal-dev',
  'sized-tmpfs',
  'separate-mounts',
  'own-root',
  'clean-environment',
  'fixed-path',
  'no-input',
  'time-limit',
  'silence-limit',
  'disk-limit',
  'private-directories',
  'strict-unpacker',
  'strict-packer',
  'worker-sandbox',
] as const

export type Lever = (typeof levers)[number]
export type Stopper = Protection | Lever

export const themes = [
  'files',
  'devices',
  'mounts',
  'processes',
  'kernel',
  'network',
  'secrets',
  'output',
  'limits',
] as const
export type Theme = (typeof themes)[number]

/** Why an attack cannot even be tried in a setting. */
export interface NotApplicable {
  readonly reason: string
}

export interface Attempt {
  /** What the attack does, as "A build tries to <name>" reads well. */
  readonly name: string
  readonly theme: Theme
  /** The protections each of which stops it alone. */
  readonly stoppers: (setting: Setting) => readonly Stopper[] | NotApplicable
  /**
   * Words for the attack program that must succeed on the host itself, with nothing around it: where they do not, the kernel has
   * no such thing, or keeps it from this user anyway.
   */
  readonly probe?: readonly string[]
  /** One run without `dropped`. Gives whether the attack succeeded; throws an Error where the run says nothing. */
  readonly run: (bench: Bench, dropped: ReadonlySet<Stopper>) => Promise<boolean>
}

export const onlyRoot = (stoppers: readonly Stopper[], reason: string): Attempt['stoppers'] => {
  return ({ mode }) => (mode === 'root' ? stoppers : { reason })
}

export const always = (...stoppers: readonly Stopper[]): Attempt['stoppers'] => {
  return () => stoppers
}
