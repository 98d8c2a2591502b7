/** Checks of the administrator roles. */
import type { RelyingPartyContext } from '../../context.ts';
import { refuse } from '../../refusals.ts';
import type { Role } from '../../store/store.ts';
import { refuseRequest, requireCaller } from '../http.ts';
import type { PortalContext } from '../portal-env.ts';

export const hasRole = (c: PortalContext, role: Role): boolean => requireCaller(c).user.roles.includes(role);

/** Responds that the user does not have the role that the page needs. */
export const refuseAdministration = (c: PortalContext, context: RelyingPartyContext) =>
  refuseRequest(c, context, refuse('not-administrator'), 'You can’t see this page');
