// Everything that a program does with jsforce; prints one line of JSON a check.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import fs from 'node:fs';

const [, , packages, infoFile] = process.argv;
const jsforce = createRequire(`${packages}/package.json`)('jsforce');
const org = JSON.parse(fs.readFileSync(infoFile, 'utf8'));
const password = org.password + org.security_token;
const oauth2 = { loginUrl: org.base_url, clientId: org.client_id, clientSecret: org.client_secret };

async function check(name, run) {
  try {
    await run();
    console.log(JSON.stringify({ name, ok: true }));
  } catch (error) {
    console.log(JSON.stringify({ name, ok: false, error: `${error.errorCode ?? error.name}: ${error.message}` }));
  }
}

const c = new jsforce.Connection({ instanceUrl: org.base_url, accessToken: org.access_token });
const accounts = c.sobject('Account');
const polling = { pollTimeout: 60000, pollInterval: 200 };
c.bulk.pollTimeout = 60000;
c.bulk.pollInterval = 200;
const KEY = 'Customer_Number__c';

await check('login by SOAP', async () => {
  const own = new jsforce.Connection({ loginUrl: org.base_url });
  assert.equal((await own.login(org.username, password)).organizationId, org.org_id);
  assert.equal((await own.query('SELECT Id FROM Organization')).totalSize, 1);
});
await check('login by SOAP with a wrong password', async () => {
  const own = new jsforce.Connection({ loginUrl: org.base_url });
  await assert.rejects(own.login(org.username, 'wrong'), /INVALID_LOGIN/);
});
await check('login by OAuth password', async () => {
  assert.equal((await new jsforce.Connection({ oauth2 }).login(org.username, password)).organizationId, org.org_id);
});
await check('login by client credentials', async () => {
  const own = new jsforce.Connection({ instanceUrl: org.base_url, oauth2 });
  assert.equal((await own.authorize({ grant_type: 'client_credentials' })).organizationId, org.org_id);
});
await check('refresh of an expired session', async () => {
  const own = new jsforce.Connection({ instanceUrl: org.base_url, accessToken: '00Dx!gone', refreshToken: org.refresh_token, oauth2 });
  assert.equal((await own.query('SELECT Id FROM Organization')).totalSize, 1);
});
await check('logout', async () => {
  const own = new jsforce.Connection({ loginUrl: org.base_url });
  await own.login(org.username, password);
  const token = own.accessToken;
  await own.logout();
  const again = new jsforce.Connection({ instanceUrl: org.base_url, accessToken: token });
  await assert.rejects(again.query('SELECT Id FROM Organization'), /Session expired/);
});
await check('identity', async () => assert.equal((await c.identity()).username, org.username));
await check('describe', async () => {
  assert.ok((await c.describeGlobal()).sobjects.length > 50);
  assert.ok((await c.describe('Account')).fields.some((field) => field.name === KEY && field.externalId));
});
await check('create, retrieve, update, destroy', async () => {
  const made = await accounts.create({ Name: 'JS', NumberOfEmployees: 5 });
  assert.equal(made.success, true);
  await accounts.update({ Id: made.id, Site: 'North' });
  assert.equal((await accounts.retrieve(made.id)).Site, 'North');
  await accounts.destroy(made.id);
  await assert.rejects(accounts.retrieve(made.id), /entity is deleted/);
});
await check('create of many, one of them bad', async () => {
  const made = await accounts.create([{ Name: 'A' }, { Site: 'no name' }]);
  assert.deepEqual(made.map((one) => one.success), [true, false]);
  assert.equal(made[1].errors[0].statusCode, 'REQUIRED_FIELD_MISSING');
});
await check('create of more than 200', async () => {
  const rows = Array.from({ length: 450 }, (_, n) => ({ Name: `Many ${n}` }));
  assert.equal((await accounts.create(rows, { allowRecursive: true })).filter((one) => one.success).length, 450);
});
await check('all or none', async () => {
  const made = await accounts.create([{ Name: 'Rolled back' }, { Site: 'x' }], { allOrNone: true });
  assert.equal(made[0].errors[0].statusCode, 'ALL_OR_NONE_OPERATION_ROLLED_BACK');
});
await check('upsert of one and of many', async () => {
  assert.equal((await accounts.upsert({ [KEY]: 'js-1', Name: 'Up' }, KEY)).created, true);
  const both = await accounts.upsert([{ [KEY]: 'js-1', Name: 'Up' }, { [KEY]: 'js-2', Name: 'Up' }], KEY);
  assert.deepEqual(both.map((one) => one.created), [false, true]);
});
await check('find with conditions', async () => {
  const found = await accounts.find({ Name: { $like: 'Up%' }, CreatedDate: { $gt: jsforce.Date.YESTERDAY } }, 'Id, Name').sort('-Name').limit(1).execute();
  assert.equal(found.length, 1);
  assert.ok((await accounts.count({ Name: 'Up' })) === 2);
});
await check('bulk 2: insert of 2,300', async () => {
  const input = Array.from({ length: 2300 }, (_, n) => ({ Name: `B ${n}` }));
  const done = await c.bulk2.loadAndWaitForResults({ object: 'Account', operation: 'insert', input, ...polling });
  assert.equal(done.successfulResults.length, 2300);
});
await check('bulk 2: bad rows', async () => {
  const input = [{ Name: 'ok', Site: '1' }, { Name: '', Site: '2' }];
  const done = await c.bulk2.loadAndWaitForResults({ object: 'Account', operation: 'insert', input, ...polling });
  assert.deepEqual([done.successfulResults.length, done.failedResults.length], [1, 1]);
});
await check('bulk 2: query', async () => {
  const stream = await c.bulk2.query("SELECT Id, Name FROM Account WHERE Name LIKE 'B %'", polling);
  assert.equal((await stream.toArray()).length, 2300);
});
await check('autofetch over more than a page', async () => {
  let count = 0;
  await new Promise((resolve, reject) => {
    c.query('SELECT Id FROM Account').on('record', () => (count += 1)).on('end', resolve).on('error', reject).run({ autoFetch: true, maxFetch: 100000 });
  });
  assert.ok(count > 2300);
});
await check('queryMore', async () => {
  const first = await c.query('SELECT Id FROM Account');
  const second = await c.queryMore(first.nextRecordsUrl);
  assert.deepEqual([first.records.length, first.done, second.done], [2000, false, true]);
});
await check('query of deleted records', async () => {
  const found = await c.query('SELECT Id FROM Account WHERE IsDeleted = true', { scanAll: true });
  assert.ok(found.totalSize >= 1);
});
await check('bulk 1: load, update, upsert, query, delete', async () => {
  const made = await c.bulk.load('Account', 'insert', [{ Name: 'One', Site: 'v1' }, { Name: '', Site: 'v1' }]);
  assert.deepEqual(made.map((one) => one.success), [true, false]);
  assert.equal((await c.bulk.load('Account', 'update', [{ Id: made[0].id, Name: 'Two' }]))[0].success, true);
  assert.equal((await c.bulk.load('Account', 'upsert', { extIdField: KEY }, [{ [KEY]: 'js-1', Name: 'Up' }]))[0].success, true);
  const stream = await c.bulk.query("SELECT Id, Name FROM Account WHERE Site = 'v1'");
  const rows = await (stream.toArray ? stream : stream.stream()).toArray();
  assert.deepEqual(rows.map((one) => one.Name), ['Two']);
  assert.equal((await c.bulk.load('Account', 'delete', [{ Id: made[0].id }]))[0].success, true);
});
await check('updated and deleted', async () => {
  const [from, to] = [new Date(Date.now() - 864e5), new Date(Date.now() + 6e4)].map((moment) => moment.toISOString());
  assert.ok((await accounts.updated(from, to)).ids.length > 2300);
  assert.ok((await accounts.deleted(from, to)).deletedRecords.length >= 2);
});
await check('recent, limits, search', async () => {
  assert.ok((await c.recent(5)).length >= 1);
  assert.ok((await c.limits()).DailyApiRequests.Remaining > 0);
  assert.ok((await c.search('FIND {Up} IN ALL FIELDS RETURNING Account(Id, Name)')).searchRecords.length >= 1);
});
await check('composite and batch', async () => {
  const one = { method: 'POST', url: '/services/data/v60.0/sobjects/Account', referenceId: 'a', body: { Name: 'C' } };
  const two = { method: 'GET', url: '/services/data/v60.0/sobjects/Account/@{a.id}', referenceId: 'b' };
  const told = await c.requestPost('/composite', { compositeRequest: [one, two] });
  assert.deepEqual(told.compositeResponse.map((part) => part.httpStatusCode), [201, 200]);
  assert.equal((await c.requestPost('/composite/batch', { batchRequests: [{ method: 'GET', url: 'v60.0/limits' }] })).hasErrors, false);
});
await check('tooling', async () => {
  assert.ok((await c.tooling.query('SELECT Id, ValidationName FROM ValidationRule')).totalSize >= 1);
  assert.ok((await c.tooling.describeGlobal()).sobjects.length > 5);
});
await check('layouts and list views', async () => {
  assert.ok((await accounts.layouts()).layouts.length >= 1);
  assert.equal((await accounts.compactLayouts()).compactLayouts[0].name, 'SYSTEM');
  assert.deepEqual((await accounts.approvalLayouts()).approvalLayouts, []);
  assert.deepEqual(await c.quickActions(), []);
  const { listviews } = await accounts.listviews();
  const view = accounts.listview(listviews.find((one) => one.developerName === 'AllAccounts').id);
  assert.ok((await view.describe()).query.startsWith('SELECT'));
  assert.ok((await view.results()).records.length >= 1);
});
