/** What the lab can show without a kernel: the shell it writes, the words it reads, how it judges. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { systemClock } from '#base/clock.ts';
import { UnavailableError } from '#base/errors.ts';
import { bootFailure } from './boot-failure.ts';
import { judge, type LabCase, type LabJob, resultOf } from './case.ts';
import { exports, prepareGuestFolder, quoted } from './guest-folder.ts';
import { GuestLine } from './guest-line.ts';
import { kernelFolder } from './kernel.ts';
import { kernelArguments } from './kernel-arguments.ts';
import { ensureNeeds, type Machine, needs } from './prerequisites.ts';
import { descendants } from './process-tree.ts';
import { idlest, idlestProcessor, idleTicks, processorList } from './processor.ts';

const scratch = mkdtempSync(join(tmpdir(), 'touchstone-lab-test-'));
afterAll(() => rmSync(scratch, { recursive: true }));

describe('kernel', () => {
  it('has a folder that says what it was made of', () => {
    expect(kernelFolder('CONFIG_A=y\n')).toMatch(/^kernel-6\.1-[0-9a-f]{12}$/);
    expect(kernelFolder('CONFIG_A=y\n')).not.toBe(kernelFolder('CONFIG_A=n\n'));
  });

  it('gets its words in one line each, and the folder as variables of process 1', () => {
    const words = kernelArguments('/tmp/x', 3072);
    expect(words).toEqual(expect.arrayContaining(['mem=3072M', 'rootfstype=hostfs', 'ro', 'lab=/tmp/x']));
    expect(words.indexOf('--')).toBe(words.length - 2);
  });

  it.each([
    ['Checking that ptrace can change system call numbers...ptrace: Operation not permitted', /ptrace/],
    ['Checking PROT_EXEC mmap in /dev/shm...Operation not permitted', /noexec/],
    ['mm: No space left on device', /full/],
    ['', /did not say why/],
  ])('says why it does not come up: %s', (messages, why) => {
    const error = bootFailure(messages, false);
    expect(error).toBeInstanceOf(UnavailableError);
    expect(error.message).toMatch(why);
  });
});

describe('guest folder', () => {
  it('quotes whatever stands in the environment, as a shell reads it', () => {
    const values = { A: 'it\'s $HOME `id` \\ "x"', B: 'two\nlines', C: undefined, 'not a name': 'x' };
    const shell = `C=before; ${exports(values)}printf '%s|%s|%s' "$A" "$B" "\${C-unset}"`;
    expect(execFileSync('/bin/sh', ['-c', shell], { encoding: 'utf8' })).toBe(`${values.A}|${values.B}|unset`);
    expect(quoted("'")).toBe("''\\'''");
  });

  it('holds the job, its environment and the shares, for the owner only', () => {
    const folder = prepareGuestFolder({
      script: 'echo "$MARK"',
      shares: [scratch],
      env: { MARK: 'x y', DISPLAY: ':9' },
    });
    try {
      expect(readFileSync(join(folder, 'shares'), 'utf8')).toBe(`${scratch}\n`);
      expect(statSync(join(folder, 'job')).mode & 0o777).toBe(0o600);
      const job = readFileSync(join(folder, 'job'), 'utf8');
      expect(job).toContain("export MARK='x y'\n");
      expect(job).toContain(`export TOUCHSTONE_LAB='${folder}'\n`);
      expect(job.endsWith('echo "$MARK"\n')).toBe(true);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('refuses a path that the kernel cannot be told', () => {
    expect(() => prepareGuestFolder({ script: '', shares: ['/tmp/a,b'] })).toThrow(/without spaces, commas/);
  });
});

describe('serial line', () => {
  const heard = (...pieces: string[]) => {
    const events: unknown[] = [];
    const line = new GuestLine({ onLine: (text) => events.push(text), onWord: (word) => events.push(word) });
    for (const piece of pieces) line.push(piece);
    line.end();
    return events;
  };

  it('tells output and words apart, however the pieces fall', () => {
    const text = '\u001eready\nhello\r\nno line break\u001eexit 3\n';
    const wanted = [{ word: 'ready' }, 'hello', 'no line break', { word: 'exit', code: 3 }];
    expect(heard(text)).toEqual(wanted);
    expect(heard(...text)).toEqual(wanted);
  });

  it('keeps empty lines and the last one without a break', () => {
    expect(heard('a\n\nb')).toEqual(['a', '', 'b']);
  });

  it('hands on what else the guest says', () => {
    expect(heard('\u001eend token-list 0 12\n')).toEqual([{ word: 'case', text: 'end token-list 0 12' }]);
  });
});

describe('needs', () => {
  const machine = (missing: string[], installs: boolean): Machine & { installed: string[] } => {
    const lacking = new Set(missing);
    const installed: string[] = [];
    return {
      installed,
      has: (what) => !lacking.has(what),
      canInstall: () => installs,
      install(packages) {
        installed.push(...packages);
        lacking.clear();
        return 0;
      },
    };
  };

  it('installs what is missing and says so, each package once', () => {
    const said: string[] = [];
    const some = machine(['gcc', '/usr/src/linux-source-6.1.tar.xz'], true);
    ensureNeeds(['build'], (line) => said.push(line), some);
    expect(some.installed).toEqual(['linux-source-6.1', 'gcc']);
    expect(said).toEqual([expect.stringContaining('linux-source-6.1 gcc')]);
  });

  it('is one clear sentence where it cannot install', () => {
    const some = machine(['gcc'], false);
    expect(() => ensureNeeds(['build', 'boot'], () => undefined, some)).toThrow(
      /^the kernel lab cannot run on this machine: gcc is missing\. Wanted are the Debian packages gcc /,
    );
    expect(some.installed).toEqual([]);
  });

  it('knows the programs that the jobs start', () => {
    const programs = needs['command-line'].map(([what]) => what as string);
    for (const program of ['fido2-token', 'ssh-keygen', 'usbip', 'lsusb']) expect(programs).toContain(program);
  });
});

describe('judging', () => {
  const labCase: LabCase = {
    id: 'x',
    title: 'tool -x works',
    run: 'tool -x',
    shows: { word: /^yes$/ },
    hides: { error: /ERR/ },
  };
  const job: LabJob = {
    id: 'j',
    title: 'uhid',
    carrier: 'uhid',
    cases: [labCase],
    source: { file: 'jobs.ts', text: "a\n  id: 'x',\n" },
  };
  const place = { file: 'jobs.ts', line: 2, column: 1 };

  it('passes when exit code and output are as wanted', () => {
    const result = resultOf(job, labCase, { exitCode: 0, durationMs: 7, output: 'yes\n' });
    expect(result).toMatchObject({ id: 'lab.j.x', verdict: 'passed', durationMs: 7, failures: [], location: place });
    expect(result.expectations.map(({ path, ok }) => [path, ok])).toEqual([
      ['exit code', true],
      ['word', true],
      ['error', true],
    ]);
  });

  it('tells everything that is not, with the output', () => {
    const { verdict, failures } = resultOf(job, labCase, { exitCode: 124, durationMs: 7, output: 'FIDO_ERR_X' });
    expect(verdict).toBe('failed');
    expect(failures[0]!.message).toMatch(
      /did not end within 60 s[\s\S]*exit code[\s\S]*word[\s\S]*error[\s\S]*FIDO_ERR_X/,
    );
  });

  it('knows nothing of a case that the guest did not reach', () => {
    expect(resultOf(job, labCase, undefined).verdict).toBe('interrupted');
  });

  it('judges the end of a long output', () => {
    const [, word] = judge(labCase, { exitCode: 0, durationMs: 0, output: `${'x'.repeat(5000)} reason` }, place);
    expect(String(word!.actual)).toMatch(/^….* reason$/);
  });
});

describe('processor', () => {
  it('is the one that had least to do, of those that may be used', () => {
    const stat = (...idle: number[]) =>
      `cpu  1 1 1 1 1\n${idle.map((ticks, index) => `cpu${index} 10 0 7 ${ticks} 3 0 0`).join('\n')}\nintr 1`;
    const [before, after] = [idleTicks(stat(100, 200, 300)), idleTicks(stat(109, 204, 310))];
    expect(idlest([0, 1, 2], before, after)).toBe(2);
    expect(idlest([0, 1], before, after)).toBe(0);
    expect(idlest([], before, after)).toBeUndefined();
  });

  it('reads the list of those that may be used', () => {
    expect(processorList('0-2,5')).toEqual([0, 1, 2, 5]);
    expect(processorList('3')).toEqual([3]);
  });

  it.runIf(process.platform === 'linux')('is found on this machine', async () => {
    const [, list] = /^Cpus_allowed_list:\t(.+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))!;
    expect(processorList(list!)).toContain(await idlestProcessor(systemClock));
  });
});

it('finds every descendant of a process', () => {
  const parentOf = new Map([
    [2, 1],
    [3, 2],
    [4, 3],
    [5, 1],
    [6, 99],
  ]);
  expect(descendants(2, parentOf)).toEqual([3, 4]);
  expect(descendants(1, parentOf)).toEqual([2, 3, 4, 5]);
});
