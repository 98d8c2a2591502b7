import { describeBridge } from '../testing/bridge-contract.ts';

describeBridge('the shim in WebKit', { engine: 'webkit', route: 'shim' });
