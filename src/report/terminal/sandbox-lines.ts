import { printable } from '../../errors/printable.ts'
import type { SandboxDescription } from '../../model/sandbox-description.ts'
import type { Style } from './style.ts'
import { formatBytes, formatDuration } from './units.ts'
import { wrap } from './wrap.ts'

/** What the host's paths are to whoever reads: the package of a layer, the sources. */
export type PathLabel = (path: string) => string

/** A sandbox in words, a heading and indented lines for each question. */
export function renderSandbox(
  title: string,
  description: SandboxDescription,
  label: PathLabel,
  { style, columns }: { readonly style: Style; readonly columns: number },
): string {
  const width = Math.max(40, Math.min(columns, 100))
  const parts: string[] = [`${style.name(title)} is built by ${description.runsAs}`]
  const add = (heading: string, lines: readonly string[]): void => {
    if (lines.length > 0) parts.push(`\n${style.prefix(heading)}`, ...lines.flatMap((line) => indented(line, width)))
  }
  const { reads, changes, forgets, executes, network, limits, environment, refusedCalls, lacks } = description
  add(
    'sees and executes, never changes',
    reads.map(({ path, from }) => `${path}  ${[...new Set(from.map(label))].join(', ')}`),
  )
  add(
    'changes',
    changes.map(({ path, from }) => `${path}  ${label(from)}`),
  )
  add('may write in memory, gone afterwards', [forgets.join(' ')])
  add('runs', [executes.join(' ')])
  add('reaches', [networkText(network), 'no process but its own, no device but null zero full random urandom tty'])
  add(
    'environment',
    Object.entries(environment)
      .sort(byName)
      .map(([name, value]) => `${name}=${value}`),
  )
  add(
    'limits',
    limits.map(({ limit, most, by }) => `${limit} ${limitText(limit, most)}  (${by})`),
  )
  add('kernel calls refused', [refusedCalls.join(' ')])
  add('not protected by, on this host', lacks)
  return parts.join('\n')
}

const indent = '  '

/** Continuation lines are indented once more. */
function indented(line: string, width: number): string[] {
  const [head = '', ...rest] = printable(line).split('  ')
  const text = rest.join('  ')
  if (text === '') return wrap(head, width - indent.length).map((one) => indent + one)
  const [first = '', ...more] = wrap(text, width - 26)
  return [`${indent}${head.padEnd(22)}  ${first}`, ...more.map((one) => indent + ' '.repeat(24) + one)]
}

function networkText({ kind, ports }: SandboxDescription['network']): string {
  if (kind === 'host') return 'the network of this host: all that this host reaches'
  if (ports === undefined) return 'no network'
  return `no network: only a loopback interface of its own, TCP ports ${ports.join('-')}`
}

function limitText(limit: SandboxDescription['limits'][number]['limit'], most: number): string {
  if (limit === 'time' || limit === 'silence') return formatDuration(most)
  return limit === 'memory' || limit === 'free' ? formatBytes(most) : String(most)
}

function byName([one]: readonly [string, string], [other]: readonly [string, string]): number {
  return one < other ? -1 : 1
}
