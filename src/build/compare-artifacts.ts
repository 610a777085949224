import type { ArtifactDifference, DifferencePart } from '../model/artifact-difference.ts'
import { bytesText } from '../model/tree-path.ts'
import { type ScannedMember, scanTarball } from '../system/archive/scan-tarball.ts'
import { findProgram, run } from '../system/process.ts'
import { compareContents } from './compare-contents.ts'
import type { CompareJob, CompareResult } from './worker-job.ts'

/** What is told of; how many more there are is told, too. */
const mostDifferences = 100
const mostFileBytes = 48 * 2 ** 20
const mostTextCharacters = 200_000

/**
 * Compares two artifacts member by member: first what the tar headers say, then what files hold. Runs in the worker, since both
 * are hostile.
 */
export async function compareArtifacts({ first, second, searchPath }: CompareJob): Promise<CompareResult> {
  const nothing = (): boolean => false
  const [one, other] = [await scanTarball(first, nothing), await scanTarball(second, nothing)]
  const [before, after] = [byPath(one), byPath(other)]
  const differing = [...new Set([...before.keys(), ...after.keys()])]
    .sort()
    .filter((path) => !isSame(before.get(path), after.get(path)))
  const told = new Set(differing.slice(0, mostDifferences))
  const wants = ({ path, sizeBytes }: { readonly path: string; readonly sizeBytes: number }): boolean =>
    told.has(path) && sizeBytes <= mostFileBytes
  const [full, fullOther] = [byPath(await scanTarball(first, wants)), byPath(await scanTarball(second, wants))]
  const differences = [...told].map((path): ArtifactDifference => {
    return { path: shownPath(path), parts: compareMembers(full.get(path), fullOther.get(path)) }
  })
  const whole = differences.length > 0 ? [] : [{ path: '', parts: compareOrder(one, other) }]
  const diffoscope = await askDiffoscope([first, second], searchPath)
  return { kind: 'compared', differences: [...whole, ...differences], total: differing.length, diffoscope }
}

function byPath(members: readonly ScannedMember[]): Map<string, ScannedMember> {
  return new Map(members.map((member) => [member.path, member]))
}

function shownPath(path: string): string {
  return `/${bytesText(path).replace(/^(\.?\/)+/, '')}`
}

function isSame(one: ScannedMember | undefined, other: ScannedMember | undefined): boolean {
  return (
    one !== undefined && other !== undefined && one.sha256 === other.sha256 && compareFields(one, other).length === 0
  )
}

function compareMembers(one: ScannedMember | undefined, other: ScannedMember | undefined): DifferencePart[] {
  if (one === undefined) return [{ where: 'only in the second', lines: [] }]
  if (other === undefined) return [{ where: 'only in the first', lines: [] }]
  const parts = compareFields(one, other)
  if (one.sha256 === other.sha256) return parts
  if (one.content === undefined || other.content === undefined)
    return [...parts, { where: 'content: too large to be looked into', lines: [] }]
  return [...parts, ...compareContents(one.content, other.content)]
}

function compareFields(one: ScannedMember, other: ScannedMember): DifferencePart[] {
  return Object.entries(fields).flatMap(([where, show]) => {
    const [before, after] = [show(one), show(other)]
    return before === after ? [] : [{ where, lines: [`-${before}`, `+${after}`] }]
  })
}

const fields: Readonly<Record<string, (member: ScannedMember) => string>> = {
  type: ({ type }) => type,
  mode: ({ mode }) => mode.toString(8).padStart(4, '0'),
  owner: ({ uid, gid }) => `${uid}:${gid}`,
  time: ({ mtime }) => new Date(mtime * 1000).toISOString(),
  link: ({ linkName }) => bytesText(linkName),
  'extended attributes': ({ xattrs }) =>
    [...xattrs].map(([name, value]) => `${name}=${Buffer.from(value, 'latin1').toString('hex')}`).join(' '),
}

function compareOrder(one: readonly ScannedMember[], other: readonly ScannedMember[]): DifferencePart[] {
  const at = one.findIndex(({ path }, index) => path !== other[index]?.path)
  if (at === -1) return [{ where: 'only how the same members are packed', lines: [] }]
  const show = (member: ScannedMember | undefined): string => shownPath(member?.path ?? '')
  return [{ where: 'order of members', lines: [`-${show(one[at])}`, `+${show(other[at])}`] }]
}

async function askDiffoscope(tarballs: readonly string[], searchPath: string): Promise<string | undefined> {
  const program = findProgram(['diffoscope'], searchPath)
  if (program === undefined) return undefined
  const options = [
    '--text',
    '-',
    '--text-color',
    'never',
    '--no-progress',
    '--max-report-size',
    String(mostTextCharacters),
  ]
  const env = { PATH: searchPath, LC_ALL: 'C.UTF-8', HOME: '/tmp', TMPDIR: '/tmp' }
  const { status, stdout } = await run([program, ...options, ...tarballs], 'compare artifacts', { env })
  // 1: they differ, 2: it failed.
  return status === 1 && stdout !== '' ? stdout.slice(0, mostTextCharacters) : undefined
}
