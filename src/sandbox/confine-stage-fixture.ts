import { becomeStage } from './confine-stage.ts'

/** For the test beside: becomes a stage that runs a program text. Arguments: directory, whether programs may run, the text. */
const [, , directory = '', runsPrograms = '', text = ''] = process.argv
becomeStage({ directory, runsPrograms: runsPrograms === 'yes', owner: process.ppid }, ['bun', '-e', text], {
  PATH: process.env.PATH ?? '',
  LC_ALL: 'C',
})
