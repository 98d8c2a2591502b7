/** The parts of the lab that need no kernel: generated shell scripts, parsing of the guest's output, prerequisites, expectations. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { systemClock } from '#base/clock.ts';
import { UnavailableError } from '#base/errors.ts';
import { createBootError } from './boot-failure.ts';
import { checkExpectations, type LabCase, type LabJob, toCaseResult } from './case.ts';
import { mostIdleCpu, parseCpuList, parseIdleTicks, pickIdleCpu } from './cpu-scheduling.ts';
import { formatExports, prepareGuestFolder, shellQuote } from './guest-folder.ts';
import { GuestOutputParser } from './guest-output-parser.ts';
import { kernelFolderName } from './kernel.ts';
import { kernelArguments } from './kernel-arguments.ts';
import { ensurePrerequisites, type Machine, prerequisites } from './prerequisites.ts';
import { descendants } from './process-tree.ts';

const scratch = mkdtempSync(join(tmpdir(), 'touchstone-lab-test-'));
afterAll(() => rmSync(scratch, { recursive: true }));

describe('kernel', () => {
  it('has a folder name with a hash of its configuration', () => {
    expect(kernelFolderName('CONFIG_A=y\n')).toMatch(/^kernel-6\.1-[0-9a-f]{12}$/);
    expect(kernelFolderName('CONFIG_A=y\n')).not.toBe(kernelFolderName('CONFIG_A=n\n'));
  });

  it('gets memory, root and the shared folder as arguments', () => {
    const args = kernelArguments('/tmp/x', 3072);
    expect(args).toEqual(expect.arrayContaining(['mem=3072M', 'rootfstype=hostfs', 'ro', 'lab=/tmp/x']));
    expect(args.indexOf('--')).toBe(args.length - 2);
  });

  it.each([
    ['Checking that ptrace can change system call numbers...ptrace: Operation not permitted', /ptrace/],
    ['Checking PROT_EXEC mmap in /dev/shm...Operation not permitted', /noexec/],
    ['mm: No space left on device', /full/],
    ['', /without an explanation/],
  ])('explains why it did not boot: %s', (messages, cause) => {
    const error = createBootError(messages, false);
    expect(error).toBeInstanceOf(UnavailableError);
    expect(error.message).toMatch(cause);
  });
});

describe('guest folder', () => {
  it('quotes environment variables for a shell', () => {
    const values = { A: 'it\'s $HOME `id` \\ "x"', B: 'two\nlines', C: undefined, 'not a name': 'x' };
    const shell = `C=before; ${formatExports(values)}printf '%s|%s|%s' "$A" "$B" "\${C-unset}"`;
    expect(execFileSync('/bin/sh', ['-c', shell], { encoding: 'utf8' })).toBe(`${values.A}|${values.B}|unset`);
    expect(shellQuote("'")).toBe("''\\'''");
  });

  it('contains the job, its environment and the shared folders, readable by the owner only', () => {
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

  it('rejects a path that cannot be passed to the kernel', () => {
    const temporary = join(scratch, 'temporary');
    mkdirSync(temporary);
    vi.stubEnv('TMPDIR', temporary);
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(() => prepareGuestFolder({ script: '', shares: ['/tmp/a,b'] })).toThrow(/without spaces, commas/);
    expect(readdirSync(temporary), 'folders left').toEqual([]);
  });
});

describe('guest output', () => {
  const parse = (...chunks: string[]) => {
    const events: unknown[] = [];
    const parser = new GuestOutputParser({
      onLine: (text) => events.push(text),
      onMessage: (message) => events.push(message),
    });
    for (const chunk of chunks) parser.push(chunk);
    parser.end();
    return events;
  };

  it('is split into lines and messages, independent of the chunks', () => {
    const text = '\u001eready\nhello\r\nno line break\u001eexit 3\n';
    const expected = [{ type: 'ready' }, 'hello', 'no line break', { type: 'exit', code: 3 }];
    expect(parse(text)).toEqual(expected);
    expect(parse(...text)).toEqual(expected);
  });

  it('keeps empty lines and a last line without a line break', () => {
    expect(parse('a\n\nb')).toEqual(['a', '', 'b']);
  });

  it('passes on messages about cases', () => {
    expect(parse('\u001eend token-list 0 12\n')).toEqual([{ type: 'case', text: 'end token-list 0 12' }]);
  });
});

describe('prerequisites', () => {
  const fakeMachine = (missing: string[], canInstall: boolean): Machine & { installed: string[] } => {
    const missingNow = new Set(missing);
    const installed: string[] = [];
    return {
      installed,
      has: (what) => !missingNow.has(what),
      canInstall: () => canInstall,
      install(packages) {
        installed.push(...packages);
        missingNow.clear();
        return 0;
      },
    };
  };

  it('installs missing packages once each, with a message', () => {
    const messages: string[] = [];
    const machine = fakeMachine(['gcc', '/usr/src/linux-source-6.1.tar.xz'], true);
    ensurePrerequisites(['build'], (line) => messages.push(line), machine);
    expect(machine.installed).toEqual(['linux-source-6.1', 'gcc']);
    expect(messages).toEqual([expect.stringContaining('linux-source-6.1 gcc')]);
  });

  it('throws an error that names the packages if it cannot install them', () => {
    const machine = fakeMachine(['gcc'], false);
    expect(() => ensurePrerequisites(['build', 'boot'], () => undefined, machine)).toThrow(
      /^The kernel lab cannot run on this machine: gcc is missing\. Install the Debian 12 packages .*: apt-get install gcc$/,
    );
    expect(machine.installed).toEqual([]);
  });

  it('contain the programs that the jobs run', () => {
    const programs = prerequisites['command-line'].map(([what]) => what as string);
    for (const program of ['fido2-token', 'ssh-keygen', 'usbip', 'lsusb']) expect(programs).toContain(program);
  });
});

describe('the result of a case', () => {
  const labCase: LabCase = {
    id: 'x',
    title: 'tool -x works',
    run: 'tool -x',
    expectedOutput: { word: /^yes$/ },
    forbiddenOutput: { error: /ERR/ },
  };
  const job: LabJob = {
    id: 'j',
    title: 'uhid',
    transport: 'uhid',
    cases: [labCase],
    source: { file: 'jobs.ts', readText: () => "a\n  id: 'x',\n" },
  };
  const location = { file: 'jobs.ts', line: 2, column: 1 };

  it('is passed if exit code and output meet the expectations', () => {
    const result = toCaseResult(job, labCase, { exitCode: 0, durationMs: 7, output: 'yes\n' });
    expect(result).toMatchObject({ id: 'lab.j.x', verdict: 'passed', durationMs: 7, failures: [], location });
    expect(result.expectations.map(({ path, ok }) => [path, ok])).toEqual([
      ['exit code', true],
      ['word', true],
      ['error', true],
    ]);
  });

  it('is failed with every unmet expectation and the output', () => {
    const { verdict, failures } = toCaseResult(job, labCase, { exitCode: 124, durationMs: 7, output: 'FIDO_ERR_X' });
    expect(verdict).toBe('failed');
    expect(failures[0]?.message).toMatch(
      /did not end within 60 s[\s\S]*exit code[\s\S]*word[\s\S]*error[\s\S]*FIDO_ERR_X/,
    );
  });

  it('is interrupted if the guest ended before the case', () => {
    expect(toCaseResult(job, labCase, undefined).verdict).toBe('interrupted');
  });

  it('contains the end of a long output', () => {
    const [, expectation] = checkExpectations(
      labCase,
      { exitCode: 0, durationMs: 0, output: `${'x'.repeat(5000)} reason` },
      location,
    );
    expect(String(expectation?.actual)).toMatch(/^….* reason$/);
  });
});

describe('the CPU of the guest', () => {
  it('is the most idle of the allowed CPUs', () => {
    const stat = (...idle: number[]) =>
      `cpu  1 1 1 1 1\n${idle.map((ticks, index) => `cpu${index} 10 0 7 ${ticks} 3 0 0`).join('\n')}\nintr 1`;
    const [before, after] = [parseIdleTicks(stat(100, 200, 300)), parseIdleTicks(stat(109, 204, 310))];
    expect(mostIdleCpu([0, 1, 2], before, after)).toBe(2);
    expect(mostIdleCpu([0, 1], before, after)).toBe(0);
    expect(mostIdleCpu([], before, after)).toBeUndefined();
  });

  it('is chosen from a CPU list', () => {
    expect(parseCpuList('0-2,5')).toEqual([0, 1, 2, 5]);
    expect(parseCpuList('3')).toEqual([3]);
  });

  it.runIf(process.platform === 'linux')('is found on Linux', async () => {
    const [, list = ''] = /^Cpus_allowed_list:\t(.+)$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
    expect(parseCpuList(list)).toContain(await pickIdleCpu(systemClock));
  });
});

it('finds all descendants of a process', () => {
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
