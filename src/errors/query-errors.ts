import { entry } from './entry.ts'

export const queryErrors = {
  'description-not-found': entry<{ words: string }>(
    ({ words }) => `Cannot find "${words}": no recipe's README holds it`,
    () => "kith search '*WORD*' looks for names",
  ),
  'nothing-provides': entry<{ name: string }>(
    ({ name }) => `Cannot find what provides "${name}": no recipe says so, and no installed package offers it`,
    () => "kith search --provides 'so:*' lists libraries; pc: and cmd: are modules of pkg-config and programs",
  ),
  'file-not-owned': entry<{ path: string }>(
    ({ path }) => `Cannot find who owns "${path}": it is in the manifest of no installed package`,
    ({ path }) => `kith search --file "*${path.slice(path.lastIndexOf('/') + 1)}*" looks for parts of a path`,
  ),
  'path-exists': entry<{ path: string; action: string }>(
    ({ path, action }) => `Cannot ${action}: "${path}" is there already`,
    ({ path }) => `Move it away, or work somewhere else: ls -ld "${path}"`,
  ),
  'no-such-match': entry<{ name: string; number: number; found: readonly string[] }>(
    ({ name, number, found }) =>
      `Cannot take recipe ${number} of "${name}": there ${found.length === 1 ? 'is one' : `are ${found.length}`}`,
    ({ name }) => `kith search ${name} lists them in order`,
  ),
  'root-needed': entry<{ command: string }>(
    ({ command }) => `Cannot run "kith ${command}": only root may`,
    ({ command }) => `sudo kith ${command}`,
  ),
  'owner-needed': entry<{ root: string; owner: string }>(
    ({ root, owner }) => `Cannot change "${root}": it belongs to ${owner}, and there is no ssu, sudo, doas or su`,
    ({ owner }) => `Set KISS_SU to a program that changes users, or run kith as ${owner}`,
  ),
  'root-not-entered': entry<{ directory: string; reason: string }>(
    ({ directory, reason }) => `Cannot enter the root "${directory}": ${reason}`,
    ({ directory }) => `ls -l "${directory}" shows whether it is a root; in a container mounting may be forbidden`,
  ),
  'nothing-to-link': entry<{ file: string; name: string }>(
    ({ file, name }) => `Cannot link "${file}": no other repository has a recipe "${name}" with that file`,
    ({ name }) => `kith search ${name} lists the recipes that there are`,
  ),
} as const
