// What a browser and published validators say of the reports in FOLDER:
//
//   node check.mjs FOLDER SCHEMA        (in a folder with node_modules)
//
// FOLDER holds report.html, fleet.html, bare.html, *.sarif and *.findings.json;
// SCHEMA is docs/findings.schema.json.  Pictures of each page stay in FOLDER for
// people to look at.  Prints a line for each claim; ends with 1 when one does
// not hold.
import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import process from 'node:process';

const require = createRequire(path.join(process.cwd(), 'x.js'));
const Ajv = require('ajv/dist/2020');
const addFormats = require('ajv-formats');
const { HtmlValidate } = require('html-validate');
const { chromium } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const sarifSchema = path.resolve('node_modules/@microsoft/'
	+ 'sarif-multitool-ts/assets/sarif-2.1.0.schema.json');

const [folder, findingsSchema] = process.argv.slice(2);
let failed = 0;

function claim(text, holds, details) {
	console.log(`${holds ? 'ok' : 'not ok'}: ${text}`);
	if (holds)
		return;
	failed++;
	console.log(details);
}

function files(end) {
	return readdirSync(folder).filter((name) => name.endsWith(end)).sort();
}

function read(name) {
	return readFileSync(path.join(folder, name), 'utf8');
}

function validate(schemaFile, end) {
	const ajv = new Ajv({ strict: false, allErrors: true });
	addFormats(ajv);
	const check = ajv.compile(JSON.parse(readFileSync(schemaFile, 'utf8')));
	for (const name of files(end)) {
		const holds = check(JSON.parse(read(name)));
		claim(`${name} validates`, holds, check.errors);
	}
	return check;
}

function validateJson() {
	const findings = validate(findingsSchema, '.findings.json');
	claim('the schema refuses an unknown severity', !findings({
		format: 'unrack-findings/1', machine: 'x',
		assessed: '2026-11-21T05:00:00Z',
		findings: [{ rule: 'a.b', title: 't', severity: 'fatal', why: '',
			action: '', done: null, evidence: [] }] }), 'it did not');
	const sarif = validate(sarifSchema, '.sarif');
	claim('the schema of SARIF refuses a log without runs',
		!sarif({ version: '2.1.0' }), 'it did not');
}

async function validateHtml(name) {
	const validator = new HtmlValidate({
		extends: ['html-validate:standard', 'html-validate:a11y'],
		rules: {
			// white space and letter case of what we print are ours
			'no-trailing-whitespace': 'off',
			'doctype-style': 'off',
			'long-title': 'off',
			// the policy names the hash of both
			'require-csp-nonce': 'off',
			// a scrolling region takes the focus, so that keys scroll it
			'no-redundant-role': 'off',
			'tel-non-breaking': 'off',
		},
	});
	const report = await validator.validateString(read(name));
	claim(`${name} is valid HTML`, report.valid, report.results.flatMap(
		(result) => result.messages.map((m) =>
			`${m.line}:${m.column} ${m.ruleId}: ${m.message}`)).join('\n'));
}

const looks = {
	light: { colorScheme: 'light', viewport: { width: 1280, height: 900 } },
	dark: { colorScheme: 'dark', viewport: { width: 1280, height: 900 } },
	narrow: { colorScheme: 'light', viewport: { width: 360, height: 780 } },
	print: { colorScheme: 'dark', viewport: { width: 800, height: 1100 } },
};

async function open(browser, name, options) {
	const context = await browser.newContext({ offline: true, ...options });
	const page = await context.newPage();
	const complaints = [];
	page.on('console', (message) => complaints.push(message.text()));
	page.on('pageerror', (error) => complaints.push(error.message));
	page.on('request', (request) => {
		if (!/^(file|data):/.test(request.url()))
			complaints.push(`asked for ${request.url()}`);
	});
	page.on('dialog', (dialog) => {
		complaints.push(`dialog ${dialog.message()}`);
		dialog.dismiss();
	});
	await page.goto(`file://${path.resolve(folder, name)}`);
	return { context, page, complaints };
}

// Axe is given to the page past its policy, which would refuse it.
async function findBarriers(page) {
	const session = await page.context().newCDPSession(page);
	await session.send('Runtime.evaluate', { expression: axe });
	const { result } = await session.send('Runtime.evaluate', {
		awaitPromise: true,
		returnByValue: true,
		expression: `axe.run(document, {runOnly: ['wcag2a', 'wcag2aa',
			'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})
			.then((r) => r.violations.map((v) => v.id + ': ' +
			v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160) + ' ' +
			n.failureSummary).join(' | ')))`,
	});
	return result.value;
}

async function look(browser, name, look) {
	const { context, page, complaints } = await open(browser, name,
		looks[look]);
	if (look === 'print')
		await page.emulateMedia({ media: 'print' });
	else
		await page.evaluate(() => document.querySelectorAll('details')
			.forEach((d) => { d.open = true; }));
	const barriers = await findBarriers(page);
	claim(`${name}, ${look}: axe finds no barrier`,
		Array.isArray(barriers) && barriers.length === 0, barriers);
	const [width, room] = await page.evaluate(() =>
		[document.documentElement.scrollWidth, window.innerWidth]);
	claim(`${name}, ${look}: nothing sticks out sideways`, width <= room,
		`${width} of ${room}`);
	claim(`${name}, ${look}: it asks for nothing and breaks no policy`,
		complaints.length === 0, complaints);
	await page.screenshot({ path: path.join(folder, `${name}.${look}.png`),
		fullPage: true });
	if (look === 'print')
		await page.pdf({ path: path.join(folder, `${name}.pdf`) });
	await context.close();
}

function shownFindings(page) {
	return page.$$eval('article.finding', (list) => list.filter((item) =>
		item.offsetParent !== null).map((item) => item.dataset.severity +
		' ' + item.querySelector('.meta code').textContent));
}

// Tab until this element has the focus; how a person without a mouse gets there.
async function tabTo(page, selector) {
	for (let i = 0; i < 80; i++) {
		await page.keyboard.press('Tab');
		if (await page.evaluate((s) =>
			document.activeElement?.matches(s) ?? false, selector))
			return true;
	}
	return false;
}

async function driveByKeyboard(browser) {
	const { context, page } = await open(browser, 'report.html', looks.light);
	const all = await shownFindings(page);

	await page.keyboard.press('Tab');
	claim('the first stop of the keyboard leads to the content',
		await page.evaluate(() => document.activeElement.hash === '#content'),
		'');
	claim('the keyboard reaches the warnings\' box',
		await tabTo(page, 'input[value=warning]'), '');
	await page.keyboard.press('Space');
	const left = await shownFindings(page);
	claim('without warnings, the others are shown', left.length > 0 &&
		left.length < all.length &&
		left.every((text) => !text.startsWith('warning')), left);
	claim('how many are shown is told', await page.textContent(
		'[role=status]') === `${left.length} of ${all.length} findings shown`,
		await page.textContent('[role=status]'));
	await page.keyboard.press('Space');
	await tabTo(page, '#filter-group');
	await page.keyboard.press('ArrowDown');
	const group = await page.$eval('#filter-group', (s) => s.value);
	const grouped = await page.$$eval('article.finding', (list) => list.filter(
		(i) => i.offsetParent !== null).map((i) => i.dataset.group));
	claim('a group alone is shown', grouped.length > 0 &&
		grouped.length < all.length && grouped.every((g) => g === group),
		[group, grouped]);
	await page.keyboard.press('Home');
	await tabTo(page, '#filter-text');
	await page.keyboard.type('FSTAB');
	claim('findings are found by a text', (await shownFindings(page))
		.join() === 'warning linux.fstab.device-name',
		await shownFindings(page));
	for (let i = 0; i < 5; i++)
		await page.keyboard.press('Backspace');
	await tabTo(page, '#filter-evidence');
	await page.keyboard.press('Enter');
	claim('a key opens all evidence', await page.$$eval(
		'details.evidence', (list) => list.every((d) => d.open)), '');
	await page.keyboard.press('Enter');
	claim('evidence is one key away', await tabTo(page,
		'details.evidence > summary'), '');
	await page.keyboard.press('Enter');
	claim('and shows its place', await page.$$eval('details.evidence[open] li',
		(list) => list.some((i) => i.offsetParent !== null)), '');
	await context.close();
}

async function readWithoutScript(browser) {
	const { context, page } = await open(browser, 'report.html',
		{ ...looks.light, javaScriptEnabled: false });
	claim('without script no filter is shown',
		!await page.locator('#filters').isVisible(), '');
	claim('without script every finding is shown', await page.locator(
		'article.finding').count() > 0 && (await page.locator(
		'article.finding:visible').count()) === await page.locator(
		'article.finding').count(), '');
	await page.locator('details.evidence > summary').first().click();
	claim('without script evidence opens', await page.locator(
		'details.evidence[open] li').first().isVisible(), '');
	await context.close();
}

async function checkOrder(browser, name) {
	const { context, page } = await open(browser, name, looks.light);
	const levels = await page.$$eval('h1,h2,h3,h4,h5', (list) =>
		list.map((h) => Number(h.tagName[1])));
	claim(`${name}: headings go down one step at a time`, levels[0] === 1 &&
		levels.filter((l) => l === 1).length === 1 &&
		levels.every((l, i) => i === 0 || l <= levels[i - 1] + 1), levels);
	await context.close();
}

validateJson();
for (const name of files('.html'))
	await validateHtml(name);
const browser = await chromium.launch({
	executablePath: process.env.CHROMIUM, args: ['--no-sandbox'] });
for (const name of files('.html')) {
	for (const each of Object.keys(looks))
		await look(browser, name, each);
	await checkOrder(browser, name);
}
await driveByKeyboard(browser);
await readWithoutScript(browser);
await browser.close();
process.exit(failed === 0 ? 0 : 1);
