import { test, expect } from 'bun:test'
import { openWorld } from '../cli-fixture.ts'
test('x', async () => { using world=openWorld(); world.recipe('any', {build: '#!/bin/sh -e\necho "int main(void){return 0;}">a.c; cc -o a a.c; mkdir -p "$1/usr"; cp a "$1/usr/a"; echo FINE\n'}); const t=performance.now();
console.log(await world.run('doctor')); console.log(performance.now()-t); console.log(await world.run('build','any')); console.log(performance.now()-t); })
