import type { Bench } from './bench.ts'

/** A process of the host that a build has nothing to do with; the only one that attacks are aimed at. */
export interface Victim extends Disposable {
  readonly id: number
  /** Of a text in its memory, in hexadecimal. */
  readonly address: string
  /** In its environment and nowhere else. */
  readonly secret: string
  /** Its text, or undefined where it is gone. */
  readonly ask: () => Promise<string | undefined>
}

export async function startVictim(bench: Pick<Bench, 'equipment' | 'directory'>): Promise<Victim> {
  const secret = `secret-${crypto.randomUUID()}`
  const helper = startHelper(bench, ['victim'], { KITH_VICTIM: secret })
  const [id = '', address = ''] = (await helper.next()).split(' ')
  return {
    id: Number(id),
    address,
    secret,
    ask: async () => {
      helper.ask()
      const answer = await helper.next()
      return answer === '' ? undefined : answer
    },
    [Symbol.dispose]: helper[Symbol.dispose],
  }
}

export interface Helper extends Disposable {
  readonly ask: () => void
  /** The next line that it prints; empty where it is gone. */
  readonly next: () => Promise<string>
}

/** The attack program on the host itself, which answers a line for each that it is sent. */
export function startHelper(
  { equipment, directory }: Pick<Bench, 'equipment' | 'directory'>,
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Helper {
  const child = Bun.spawn([equipment.attack, ...words], { cwd: directory, env, stdin: 'pipe', stdout: 'pipe' })
  const reader = child.stdout.getReader()
  let text = ''
  return {
    ask: () => {
      try {
        child.stdin.write('\n')
        child.stdin.flush()
      } catch {
        // It is gone, as next() will tell.
      }
    },
    next: async () => {
      while (!text.includes('\n')) {
        const { done, value } = await reader.read()
        if (done) return ''
        text += new TextDecoder().decode(value)
      }
      const [line = '', ...rest] = text.split('\n')
      text = rest.join('\n')
      return line
    },
    [Symbol.dispose]: () => {
      child.stdin.end()
    },
  }
}
