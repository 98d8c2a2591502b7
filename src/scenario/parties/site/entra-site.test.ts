/**
 * The site file for Microsoft Entra ID, on pages that have the words of the public article. They stand for the live site, which this test
 * does not visit: no request leaves the browser.
 */
import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '#browser/launch.ts';
import { Timeline } from '#result/timeline.ts';
import { readSite } from '../../language/site-file.ts';
import type { SiteWord } from '../../language/site-words.ts';
import { RequestLog } from './request-log.ts';
import { Site } from './site.ts';
import { SiteFlow } from './site-flow.ts';

const text = readFileSync(new URL('../../../../sites/entra.yaml', import.meta.url), 'utf8');
const env = { ENTRA_USER: 'adele@contoso.example', ENTRA_PASSWORD: 'pw', ENTRA_TOTP: 'JBSWY3DPEHPK3PXP' };

/** Each entry is a page; its buttons open the next one. */
const pageOf = (method: string) => `<script>
  const pages = {
    email: '<input placeholder="Email, phone, or Skype"><button>Next</button>',
    password: '<input type="password" placeholder="Password"><button>Sign in</button>',
    list: '<h1>Security info</h1><button>Add sign-in method</button>',
    choose: '<h2 id="m">Choose a method</h2><div>Authenticator app</div><div>${method}</div><button>Add</button>',
    next: '<p>Sign in with multifactor authentication</p><button>Next</button>',
    code: '<input placeholder="Code"><button>Verify</button>',
    naming: '<label>Name your passkey <input value="Security key"></label><button>Next</button>',
    done: '<p>You are all set</p><button>Done</button>',
    end: '<h1>Security info</h1><p>end</p>',
  };
  const log = [];
  const order = Object.keys(pages);
  function show(name) {
    document.body.innerHTML = pages[name];
    for (const button of document.querySelectorAll('button'))
      button.onclick = () => {
        const field = document.querySelector('input');
        log.push(name + (field ? ': ' + field.value : ''));
        show(order[order.indexOf(name) + 1]);
      };
  }
  addEventListener('DOMContentLoaded', () => show('email'));
</script><body></body>`;

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser({ preferHeadlessShell: true });
}, 60_000);
afterAll(() => browser?.close());

function createFlow(page: Page): SiteFlow {
  const { site: definition } = readSite(text, 'sites/entra.yaml', env);
  if (!definition) throw new Error('The site file has errors');
  const requests = new RequestLog({ origin: definition.url ?? '', requests: {} });
  return new SiteFlow({
    site: new Site({ page, url: definition.url ?? '', timeline: new Timeline(), requests }),
    definition,
    userValues: () => ({ 'user.name': 'adele@contoso.example', 'user.password': 'pw' }),
    onTotpSecret: () => undefined,
  });
}

describe('the site file for Microsoft Entra ID', () => {
  it('is valid, and its name in reports contains that it is not verified against the live site', () => {
    expect(readSite(text, 'sites/entra.yaml', undefined).diagnostics).toEqual([]);
    const { site } = readSite(text, 'sites/entra.yaml', env);
    expect(site?.name).toContain('not verified against the live site');
    expect(site?.secrets).toEqual(expect.arrayContaining(Object.values(env)));
  });

  it.each(['Passkey (preview)', 'Passkey'])(
    'registers a method called %s with the words of the article',
    async (method) => {
      const context = await browser.newContext();
      await context.route('**', (route) => route.fulfill({ contentType: 'text/html', body: pageOf(method) }));
      const page = await context.newPage();
      const flow = createFlow(page);
      const words: [SiteWord, Record<string, string>][] = [
        ['open-security-info', {}],
        ['add-sign-in-method', {}],
        ['choose-method.passkey', {}],
        ['mfa.totp', { totp: '123456' }],
        ['name', { name: 'Desk key' }],
        ['done', {}],
      ];
      for (const [word, values] of words) await flow.run(word, values, AbortSignal.timeout(30_000));
      expect(await page.evaluate('log')).toEqual([
        'email: adele@contoso.example',
        'password: pw',
        'list',
        'choose',
        'next',
        'code: 123456',
        'naming: Desk key',
        'done',
      ]);
      await context.close();
    },
  );
});
