/** What the tests of the site do with accounts. */
import type { Page } from '@playwright/test';

/** Signs a new user up, and returns their password. */
export async function signUp(page: Page): Promise<{ email: string; password: string }> {
  const account = { email: `test-${crypto.randomUUID()}@example.com`, password: crypto.randomUUID() };
  await page.goto('/sign-in');
  await page.request.post('/api/auth/sign-up/email', {
    data: { name: 'Test', ...account },
    headers: { origin: new URL(page.url()).origin },
  });
  await page.goto('/settings');
  return account;
}
