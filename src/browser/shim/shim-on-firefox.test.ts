import { describeBridge } from '../testing/bridge-contract.ts';

describeBridge('the shim in Firefox', { engine: 'firefox', route: 'shim' });
