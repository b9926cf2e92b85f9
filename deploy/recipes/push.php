<?php
// Pushes rows into a table. Needs the table's secret in the environment as MARTLET_TABLE_SECRET, and no package.

const URL = 'https://gateway.example/v1/tables/1/webhook';

/** Sends ['append' => rows], ['rows' => rows] or ['data' => […]]; returns the answer. */
function push(array $document): array
{
    $body = json_encode($document, JSON_THROW_ON_ERROR);
    $code = hash_hmac('sha256', $body, getenv('MARTLET_TABLE_SECRET'));
    $context = stream_context_create(['http' => [
        'method' => 'POST',
        'header' => ['Content-Type: application/json', "X-MMT-Signature: sha256=$code"],
        'content' => $body,
        'timeout' => 30,
        'ignore_errors' => true, // The answer is wanted whatever its status.
    ]]);
    $answer = file_get_contents(URL, false, $context);
    if ($answer === false || !preg_match('{^HTTP/\S+ 2}', $http_response_header[0])) {
        throw new RuntimeException("the push was refused: $answer");
    }
    return json_decode($answer, true, 512, JSON_THROW_ON_ERROR);
}

print_r(push(['append' => [['Zoë', 19.90], ['<b>Bob</b>', null]]]));
