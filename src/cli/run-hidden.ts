/**
 * Commands that kith gives itself, in processes of their own: nothing is loaded for them but what they need. Gives the exit status,
 * or undefined where `word` is none; never throws.
 */
export async function runHidden(word: string, argument: string): Promise<number | undefined> {
  try {
    switch (word) {
      case '__sandbox':
        return await (await import('../sandbox/launcher.ts')).launchSandbox(argument)
      case '__worker':
        return await (await import('../build/worker.ts')).runWorkerJob(argument)
      case '__chroot':
        return await (await import('../system/enter-root.ts')).enterRoot(argument)
      case '__stage':
        return (await import('../store/enter-stage.ts')).enterStage(argument)
      case '__unpack':
        return await (await import('../store/stage-process.ts')).unpackStaged(argument)
      default:
        return undefined
    }
  } catch (error) {
    return (await import('./report-failure.ts')).reportFailure(error, false)
  }
}
