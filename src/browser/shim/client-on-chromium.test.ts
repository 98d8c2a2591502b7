import { describeClientBehindShim } from '../testing/client-behind-shim.ts';

describeClientBehindShim('chromium');
