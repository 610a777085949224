/** Runs a program of this machine to its end and gives its output; throws an Error with what it said where it fails. */
export function runHere(argv: readonly string[], cwd: string): string {
  const { exitCode, stdout, stderr } = Bun.spawnSync([...argv], { cwd, stdout: 'pipe', stderr: 'pipe' })
  if (exitCode !== 0) throw new Error(`${argv.slice(0, 3).join(' ')}: ${stderr.toString().trim().slice(-500)}`)
  return stdout.toString()
}
