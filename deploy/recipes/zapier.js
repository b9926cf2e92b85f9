// Zapier: an action "Code by Zapier", event "Run Javascript". Input Data: `secret` (of the table), and a field for each
// cell, here `name` and `amount`. `id`, if there is one, keeps a Zap that runs again from adding the row again.
const crypto = require('crypto');

const push = { append: [[inputData.name, inputData.amount]] };
if (inputData.id) push.idempotency_key = inputData.id;

const body = JSON.stringify(push);
const code = crypto.createHmac('sha256', inputData.secret).update(body).digest('hex');
const response = await fetch('https://gateway.example/v1/tables/1/webhook', {
  method: 'POST',
  headers: { 'Content-Type': 'application/json', 'X-MMT-Signature': `sha256=${code}` },
  body,
});
if (!response.ok) throw new Error(`the push was refused: ${response.status} ${await response.text()}`);
return await response.json();
