import { printable } from '../../errors/printable.ts'
import type { ArtifactDifference } from '../../model/artifact-difference.ts'
import type { Reproduction } from '../../model/reproduction.ts'
import type { Style } from './style.ts'
import { formatDuration } from './units.ts'

/** What building a package twice has shown: one line where all is well. */
export function renderReproduction(reproduction: Reproduction, style: Style): string {
  const { artifact, isIdentical, sha256, durationsMs, comparison, compared, cached } = reproduction
  const [first, second] = durationsMs.map(formatDuration)
  const name = style.name(printable(artifact))
  const took = style.faint(`(${first} and ${second})`)
  const beside = cached === 'none' ? [] : [`  the one in the cache ${cachedTexts[cached]}`]
  if (isIdentical) return [`${name} ${style.good('identical')} ${sha256[0]} ${took}`, ...beside].join('\n')
  const total = comparison?.total ?? 0
  const places = total === 0 ? 'how they are packed' : `${total} ${total === 1 ? 'place' : 'places'}`
  const differences = comparison?.differences ?? []
  const told = comparison?.diffoscope
    ? [indent(printable(comparison.diffoscope), '  ')]
    : differences.flatMap((difference) => renderDifference(difference, style))
  const more = total > differences.length && total > 1 ? [`  … and ${total - differences.length} more`] : []
  return [
    `${name} ${style.problem('differs')} ${compared === 'with the cache' ? 'from the one in the cache ' : ''}in ${places} ${took}`,
    ...told,
    ...more,
    ...beside,
  ].join('\n')
}

const cachedTexts = {
  same: 'is the same, too',
  different: 'was made of the same inputs and is another',
  'other-inputs': 'is another, but not known to be made of the same inputs',
} as const

function renderDifference({ path, parts }: ArtifactDifference, style: Style): string[] {
  return [
    `  ${style.name(path === '' ? 'the tarball itself' : printable(path))}`,
    ...parts.flatMap(({ where, lines }) => [
      `    ${printable(where)}`,
      ...lines.map((line) => `      ${printable(line)}`),
    ]),
  ]
}

function indent(text: string, by: string): string {
  return text.trimEnd().replace(/^/gm, by)
}

/** What was made different, and what was not. */
export function renderSurroundings({ varied, notVaried }: Pick<Reproduction, 'varied' | 'notVaried'>): string {
  const width = Math.max(...[...varied, ...notVaried].map(({ what }) => what.length))
  return [
    'different in the two builds:',
    ...varied.map(({ what, first, second }) => `  ${what.padEnd(width)}  ${printable(`${first} / ${second}`)}`),
    'the same in both:',
    ...notVaried.map(({ what, why }) => `  ${what.padEnd(width)}  ${printable(why)}`),
  ].join('\n')
}
