import { type Inodes, showDisk } from './disk.ts'

/** What the command writes itself has the time of writing, which the record does not. */
export function withoutTimes(shown: string): string {
  return shown.replace(/ (file|symlink|fifo) (\d+ \d+:\d+) \d+/g, ' $1 $2')
}

/** What is in kith's directories besides transactions that are done, or undefined. */
export function leftOver(inodes: Inodes): string | undefined {
  const paths = showDisk(inodes, true)
    .split('\n')
    .flatMap((line) => /^\S*\/\.kith\/(\S*)/.exec(line)?.[1] ?? [])
    .filter((path) => !path.startsWith('packages/'))
  const records = new Set(paths.filter((path) => /^history\/\d+\/record$/.test(path)))
  const isOfDone = (path: string): boolean =>
    records.has(path) || records.has(path.replace(/^(history\/\d+\/)(?:saved\/.*)?$/, '$1record'))
  const left = paths.filter((path) => !['', 'history/', 'reserve'].includes(path) && !isOfDone(path))
  return left.length > 0 ? `left over: ${left.join('; ')}` : undefined
}

export function firstDifference(expected: string, found: string): string {
  const [before, after] = [expected.split('\n'), found.split('\n')]
  const lines = [
    ...before.filter((line) => !after.includes(line)).map((line) => `- ${line}`),
    ...after.filter((line) => !before.includes(line)).map((line) => `+ ${line}`),
  ]
  return lines
    .slice(0, 12)
    .map((line) => line.slice(0, 200))
    .join('\n')
}
