// A client on Node.js's https module: tls_client.js ADDRESS PORT NAME CA [MAXIMUM-VERSION]
const [address, port, name, authority, maxVersion = "TLSv1.3"] = process.argv.slice(2);
require("https").get({ host: address, port, servername: name, maxVersion,
                       ca: require("fs").readFileSync(authority), path: "/" },
                     answer => { console.log(`HTTP status ${answer.statusCode}`); answer.resume(); })
  .on("error", problem => { console.error(`${problem.code}: ${problem.message}`); process.exitCode = 1; });
