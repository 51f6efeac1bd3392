#!/bin/sh
# Signed images: keys, edict sign, edict verify, run --require-signed. Usage: signed.sh EDICT, from the root.
edict=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
. "$(dirname "$0")/checks.sh"
"$edict" build "$small" -o small.edx 2> err
"$edict" build "$other" -o other.edx 2> err

# Keys
status 'a pair of keys' 0 "$edict" sign --generate key --name 'Compliance, 2026'
same 'the secret one is its owner'"'"'s alone' "$(ls -l key | cut -c1-10)" '-rw-------'
has 'the public one is a line of a keyring' key.pub 'ed25519 '
has 'with its name' key.pub 'Compliance, 2026'
cp key before; status 'keys are not overwritten' 4 "$edict" sign --generate key
same 'the key is the same' "$(cmp key before && echo same)" same
: > half.pub; status 'nor a public key' 4 "$edict" sign --generate half
same 'and no half pair is left' "$(ls half 2> /dev/null)" ''
status 'a name is one line' 4 "$edict" sign --generate x --name 'two
lines'
"$edict" sign --generate stranger 2> err
same 'no two keys are the same' "$(cmp -s key stranger || echo differ)" differ

# Signatures
status 'sign' 0 "$edict" sign small.edx --key key
has 'it says who' err 'signed by Compliance, 2026'
cp small.edx.sig once; "$edict" sign small.edx --key key 2> err
same 'the same image and key, the same signature' "$(cmp once small.edx.sig && echo same)" same
has 'it names the digest that sha256sum gives' small.edx.sig "sha256 $(sha256sum < small.edx | cut -d' ' -f1)"
status 'verify' 0 "$edict" verify small.edx
has 'without a keyring no signature is asked for' out 'not asked for'
status 'verify with a keyring' 0 "$edict" verify small.edx --keyring key.pub
has 'and it says by whom' out 'signed by Compliance, 2026'
status 'verify as JSON' 0 "$edict" verify small.edx --keyring key.pub --format json
has 'the signer' out '"signed": "Compliance, 2026"'
{ echo '# whom we trust'; echo; cat stranger.pub; sed 's/$/\r/' key.pub; } > ring
status 'a keyring of several keys, comments, CRLF' 0 "$edict" verify small.edx --keyring ring
has 'the right one is named' out 'signed by Compliance, 2026'
status 'somebody else' 2 "$edict" verify small.edx --keyring stranger.pub
has 'is told' err 'no key of stranger.pub signed this image'
: > none; status 'an empty keyring trusts nobody' 2 "$edict" verify small.edx --keyring none
status 'the signature of another image' 2 "$edict" verify other.edx --keyring key.pub --signature small.edx.sig
status 'no signature' 2 "$edict" verify other.edx --keyring key.pub
has 'is told' err 'there is no signature'
status 'a signature elsewhere' 0 "$edict" sign other.edx --key key -o elsewhere
status 'is found when named' 0 "$edict" verify other.edx --keyring key.pub --signature elsewhere

# Damage: each bit pattern in turn at places all over the image; with the signature it is always found.
size=$(wc -c < small.edx) bad_found=0 tried=0 at=0
cp small.edx.sig damaged.edx.sig
while [ $at -lt "$size" ]; do
    cp small.edx damaged.edx
    byte=$(od -An -tu1 -j $at -N 1 small.edx | tr -d ' ')
    printf "\\$(printf %o $((byte ^ 1 << at % 8)))" | dd of=damaged.edx bs=1 seek=$at conv=notrunc 2> /dev/null
    tried=$((tried + 1))
    "$edict" verify damaged.edx > out 2> err; plain=$?
    "$edict" run --require-signed key.pub damaged.edx "$corpus" > out 2> err; signed=$?
    [ $plain = 2 ] && [ $signed = 2 ] && [ ! -s out ] && bad_found=$((bad_found + 1))
    at=$((at + 97))
done
same "$tried images with one bit changed are all refused, by the hash and by the signature" $bad_found $tried
# The hash is no trust: an image with another content and its right hash passes, the signature does not.
"$edict" build "$other" -o swapped.edx 2> err; cp small.edx.sig swapped.edx.sig
status 'another image under the name is whole' 0 "$edict" verify swapped.edx
status 'but not signed' 2 "$edict" verify swapped.edx --keyring key.pub

# run --require-signed
status 'a signed image runs' 0 "$edict" run --require-signed key.pub small.edx "$corpus"
cp out signed; "$edict" run small.edx "$corpus" > out 2> err
same 'and answers the same' "$(cmp out signed && echo same)" same
status 'one without does not' 2 "$edict" run --require-signed key.pub small.edx other.edx "$corpus"
same 'and nothing is answered' "$(cat out)" ''
status 'a source does not' 2 "$edict" run --require-signed key.pub "$small" "$corpus"
has 'and what to do is said' err 'edict sign'
status 'no keyring' 3 "$edict" run --require-signed nowhere small.edx "$corpus"

# Files that are not what they should be
for text in '' 'edict signature 1' 'edict signature 1
signature AAAA' "$(sed 's/^signature ./signature !/' small.edx.sig)" "$(sed 's/=*$//' small.edx.sig)" "$(cat key.pub)"; do
    printf '%s\n' "$text" > bad.sig
    status 'a text that is no signature' 2 "$edict" verify small.edx --keyring key.pub --signature bad.sig
done
for text in 'ed25519' 'ed25519 AAAA name' 'rsa AAAA name' "$(tail -1 key)" "$(head -c 300 small.edx | tr -d '\0')"; do
    printf '%s\n' "$text" > bad.ring
    status 'a text that is no keyring' 3 "$edict" verify small.edx --keyring bad.ring
    has 'the line is named' err 'bad.ring:1'
done
status 'a keyring is no key' 3 "$edict" sign small.edx --key key.pub
chmod 600 key.pub; status 'nor when it is hidden' 3 "$edict" sign small.edx --key key.pub
has 'and it is said' err 'no secret key'
chmod 640 key; status 'a key that others may read is refused' 3 "$edict" sign small.edx --key key
has 'with what to do' err 'chmod 600 key'
chmod 600 key
head -c 200 small.edx > cut.edx; status 'no signature for a damaged image' 2 "$edict" sign cut.edx --key key
same 'and none is left' "$(ls cut.edx.sig 2> /dev/null)" ''
status 'sign needs a key' 4 "$edict" sign small.edx
status 'sign signs one image' 4 "$edict" sign small.edx other.edx --key key
status 'sign where nothing can be written' 5 "$edict" sign small.edx --key key -o /nowhere/x.sig
status 'verify of no file' 3 "$edict" verify nowhere.edx
status 'verify of a source' 2 "$edict" verify "$small"
status '--signature without --keyring' 4 "$edict" verify small.edx --signature small.edx.sig
lacks 'no secret in what is printed' err "$(tail -1 key | cut -d' ' -f1)"

echo "$((all - bad)) of $all checks pass"
[ "$bad" = 0 ]
