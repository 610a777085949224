import { createSocket } from 'node:dgram'
import { connect, createServer, type Server } from 'node:net'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { type Attempt, always, type Stopper } from '../attempt.ts'
import { type Bench, hasEscaped } from '../bench.ts'
import { startHelper } from '../victim.ts'

/** Outside the ports that a build's own loopback has. */
const fixedPort = 47_311

/** A server of the host that takes note of what it is sent. */
async function listen(
  address: { readonly port: number; readonly host: string } | { readonly path: string },
): Promise<AsyncDisposable & { readonly heard: () => Promise<boolean>; readonly port: number }> {
  let heard = false
  const server: Server = createServer((socket) => {
    socket.on('data', () => {
      heard = true
    })
    socket.on('error', () => {})
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(address, resolve)
  })
  const bound = server.address()
  return {
    port: typeof bound === 'object' && bound !== null ? bound.port : 0,
    heard: async () => {
      for (let waited = 0; !heard && waited < 5; waited++) await Bun.sleep(5)
      return heard
    },
    [Symbol.asyncDispose]: async () => {
      await new Promise<void>((resolve) => void server.close(() => resolve()))
    },
  }
}

const tcp: Attempt = {
  name: 'talk to a server on the loopback of the host (TCP)',
  theme: 'network',
  stoppers: always('network-namespace', 'landlock-ports'),
  run: async (bench, dropped) => {
    await using server = await listen({ port: 0, host: '127.0.0.1' })
    hasEscaped(await bench.attack(['connect-tcp', String(server.port)], { dropped }))
    return await server.heard()
  },
}

const udp: Attempt = {
  name: 'send to a server on the loopback of the host (UDP)',
  theme: 'network',
  stoppers: always('network-namespace'),
  run: async (bench, dropped) => {
    let heard = false
    const socket = createSocket('udp4', () => {
      heard = true
    })
    try {
      await new Promise<void>((resolve) => void socket.bind(0, '127.0.0.1', resolve))
      hasEscaped(await bench.attack(['send-udp', String(socket.address().port)], { dropped }))
      for (let waited = 0; !heard && waited < 5; waited++) await Bun.sleep(5)
      return heard
    } finally {
      socket.close()
    }
  },
}

const serve: Attempt = {
  name: 'pose as a server of the host (TCP)',
  theme: 'network',
  stoppers: always('network-namespace', 'landlock-ports'),
  run: async (bench, dropped) => {
    let visit: Promise<string> | undefined
    const report = await bench.attack(['serve-tcp', String(fixedPort)], {
      dropped,
      heard: (text) => {
        if (text.includes('LISTENING')) visit ??= ask(fixedPort)
      },
    })
    hasEscaped(report)
    return (await visit) === 'changed'
  },
}

function ask(port: number): Promise<string> {
  return new Promise((resolve) => {
    let text = ''
    const socket = connect({ port, host: '127.0.0.1' })
    socket.on('data', (bytes) => {
      text += bytes.toString()
    })
    socket.on('error', () => resolve(text))
    socket.on('close', () => resolve(text))
  })
}

const families = (
  [
    ['open a raw IP socket', ['2', '3', '1'], ['capabilities']],
    ['open a packet socket', ['17', '3', '0'], ['seccomp', 'capabilities']],
    ['open a socket to the hypervisor (AF_VSOCK)', ['40', '1', '0'], ['seccomp']],
  ] as const satisfies readonly (readonly [string, readonly string[], readonly Stopper[]])[]
).map(
  ([name, words, stoppers]): Attempt => ({
    name,
    theme: 'network',
    stoppers: always(...stoppers),
    run: async (bench, dropped) => hasEscaped(await bench.attack(['open-socket', ...words], { dropped })),
  }),
)

function foreignAddresses(): string[] {
  const all = Object.values(networkInterfaces()).flat()
  return all.flatMap((one) =>
    one !== undefined && one.family === 'IPv4' && one.address !== '127.0.0.1' ? [one.address] : [],
  )
}

const netlink: Attempt = {
  name: 'list the addresses of the host (netlink)',
  theme: 'network',
  stoppers: () => (foreignAddresses().length > 0 ? ['network-namespace'] : { reason: 'the host has no address' }),
  run: async (bench, dropped) => {
    const report = await bench.attack(['list-addresses'], { dropped })
    return hasEscaped(report) && foreignAddresses().some((address) => report.text.includes(` ${address}\n`))
  },
}

const sockets: readonly Attempt[] = [
  {
    name: 'talk to a server of the host at an abstract socket',
    theme: 'network',
    stoppers: always('network-namespace', 'landlock-scopes'),
    run: async (bench, dropped) => {
      const name = `kith-escape-${crypto.randomUUID()}`
      await using server = await listen({ path: `\0${name}` })
      hasEscaped(await bench.attack(['connect-abstract', name], { dropped }))
      return await server.heard()
    },
  },
  {
    name: 'talk to a server of the host at a socket file',
    theme: 'network',
    stoppers: always('new-root'),
    run: async (bench, dropped) => {
      const path = join(bench.directory, 'socket')
      await using server = await listen({ path })
      hasEscaped(await bench.attack(['connect-path', path], { dropped }))
      return await server.heard()
    },
  },
]

const shared = (
  [
    ['write to shared memory of the host (System V)', (key: number) => ['shared-memory', String(key)]],
    ['write to a message queue of the host (System V)', (key: number) => ['message-queue', String(key)]],
    ['write to a message queue of the host (POSIX)', (_key: number, name: string) => ['posix-queue', name]],
  ] as const
).map(
  ([name, words]): Attempt => ({
    name,
    theme: 'network',
    // A queue of POSIX is a file to Landlock.
    stoppers: always('ipc-namespace', ...(name.includes('POSIX') ? (['landlock-files'] as const) : [])),
    run: async (bench, dropped) => await attackShared(bench, words, dropped),
  }),
)

async function attackShared(
  bench: Bench,
  words: (key: number, name: string) => readonly string[],
  dropped: ReadonlySet<Stopper>,
): Promise<boolean> {
  const key = 0x6b00_0000 + process.pid
  const name = `/kith-escape-${process.pid}`
  using holder = startHelper(bench, ['shared', String(key), name])
  const ready = await holder.next()
  if (ready !== 'ready') throw new Error(`the host has no such memory: ${ready}`)
  hasEscaped(await bench.attack(words(key, name), { dropped }))
  holder.ask()
  const answer = await holder.next()
  holder[Symbol.dispose]()
  // The next one has the same names: they must be gone.
  await holder.next()
  return answer === 'changed'
}

export const networkAttempts: readonly Attempt[] = [tcp, udp, serve, ...families, netlink, ...sockets, ...shared]
