import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { detachMount, mount } from '../../src/native/mount.ts'

/** An empty root, and a directory for what is not in it. */
export interface Scratch extends Disposable {
  readonly directory: string
  readonly root: string
  /** Mounts an empty file system at `path`, which is made. Only root can. */
  readonly mount: (path: string) => void
  readonly unmount: (path: string) => void
}

/** In memory where there is such a place: a hundred thousand trees are made here. */
const parent = fs.existsSync('/dev/shm') ? '/dev/shm' : tmpdir()

export function scratch(): Scratch {
  const directory = fs.mkdtempSync(join(parent, 'kith-crash-'))
  const root = join(directory, 'root')
  fs.mkdirSync(root)
  const mounted = new Set<string>()
  const unmount = (path: string): void => {
    detachMount(path)
    mounted.delete(path)
  }
  return {
    directory,
    root,
    mount(path) {
      fs.mkdirSync(path, { recursive: true })
      mount({ source: 'kith-test', target: path, type: 'tmpfs', data: 'mode=755' })
      mounted.add(path)
    },
    unmount,
    [Symbol.dispose]: () => {
      for (const path of [...mounted].reverse()) unmount(path)
      fs.rmSync(directory, { recursive: true, force: true })
    },
  }
}
