import { chmodSync, linkSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Layers as packages make them, and the one tree that they merge to (hard links to their files). */
export interface LayerWorld {
  readonly files: number
  /** From top to bottom, each a directory of `layersDirectory`. */
  readonly layers: readonly string[]
  readonly layersDirectory: string
  readonly merged: string
}

const layerCount = 60

/**
 * Packages that together have `files` files: a fifth of them in directories that every package has (`/usr/bin`, `/usr/lib`, man
 * pages), the others in directories of the package's own. All files are empty: nobody reads them before the script starts.
 */
export function makeLayerWorld(directory: string, files: number): LayerWorld {
  const layersDirectory = join(directory, 'layers')
  const merged = join(directory, 'merged')
  const layers = Array.from({ length: layerCount }, (_, index) => join(layersDirectory, `package-${index}`))
  const made = new Set<string>()
  const makeParent = (path: string): void => {
    const parent = dirname(path)
    if (made.has(parent)) return
    mkdirSync(parent, { recursive: true })
    made.add(parent)
  }
  for (let index = 0; index < files; index++) {
    const path = filePath(index % layerCount, Math.floor(index / layerCount))
    const inLayer = join(layers[index % layerCount] ?? '', path)
    const inMerged = join(merged, path)
    makeParent(inLayer)
    makeParent(inMerged)
    writeFileSync(inLayer, '')
    linkSync(inLayer, inMerged)
  }
  return { files, layers, layersDirectory, merged }
}

function filePath(layer: number, index: number): string {
  const name = `package-${layer}`
  if (index === 0) return `var/db/kiss/installed/${name}/manifest`
  if (index === 1) return `etc/${name}.conf`
  const shared = ['usr/bin', 'usr/lib', 'usr/include', 'usr/share/man/man1']
  if (index % 5 === 0) return `${shared[(index / 5) % shared.length]}/${name}-${index}`
  return `usr/share/${name}/part-${Math.floor(index / 50)}/file-${index}`
}

/**
 * Compiles the program whose first instructions print the time, in milliseconds of CLOCK_MONOTONIC: it stands for the build script.
 * Undefined where there is no compiler, or no C library to link statically.
 */
export function compileClock(directory: string): string | undefined {
  const source = join(directory, 'clock.c')
  const program = join(directory, 'clock')
  writeFileSync(
    source,
    `#include <stdio.h>
#include <time.h>
int main(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  printf("%lld.%06ld\\n", now.tv_sec * 1000LL + now.tv_nsec / 1000000, now.tv_nsec % 1000000);
}
`,
  )
  const compiler = Bun.which('cc')
  if (compiler === null) return undefined
  const { exitCode } = Bun.spawnSync([compiler, '-O2', '-static', '-o', program, source], {
    stdio: ['ignore', 'ignore', 'ignore'],
  })
  if (exitCode !== 0) return undefined
  chmodSync(program, 0o755)
  return program
}
