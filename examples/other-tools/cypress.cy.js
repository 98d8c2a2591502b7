// cypress/e2e/passkey.cy.js; run with npx touchstone authenticator-server and the variables below as CYPRESS_SERVER and so on.
const request = (url) =>
  cy.request({ url: `${Cypress.env('SERVER')}${url}`, headers: { authorization: `Bearer ${Cypress.env('TOKEN')}` } });

it('registers a passkey', () => {
  request('/shim.js').then(({ body: shim }) => {
    cy.on('window:before:load', (page) => page.eval(shim)); // before any script of the page
  });
  cy.visit(Cypress.env('SITE'));
  cy.get('#add').click();
  cy.get('output').should('contain', 'done');
  request('/status').then(({ body }) => {
    expect(body.registrations).to.have.length(1);
    expect(body.registrations[0].userVerified).to.equal(true);
  });
});
