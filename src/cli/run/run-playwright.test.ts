import { createRequire } from 'node:module';
import { expect, it } from 'vitest';
import { UnavailableError } from '#base/errors.ts';
import { resolvePlaywright } from './run-playwright.ts';

it('finds Playwright Test, and explains how to install it if it is missing', () => {
  const { resolve } = createRequire(import.meta.url);
  expect(resolvePlaywright(resolve)).toMatch(/cli\.js$/);
  const absent = () => resolvePlaywright(() => resolve('@playwright/absent'));
  expect(absent).toThrow(UnavailableError);
  expect(absent).toThrow('npm install --save-dev @playwright/test');
});
