package io.kusionstack.operating.testbed.slb;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/** Lets in who signed rightly, in time, and once. Guards its memory of nonces itself. */
final class Gate {
    private static final Duration SKEW = Duration.ofMinutes(15);

    private final SlbOptions options;
    private final Map<String, Instant> nonces = new HashMap<>();

    Gate(SlbOptions options) {
        this.options = options;
    }

    void admit(String method, Map<String, String> parameters) throws SlbRefusal {
        Parameters.required(parameters, "Action");
        String version = Parameters.required(parameters, "Version");
        String key = Parameters.required(parameters, "AccessKeyId");
        String timestamp = Parameters.required(parameters, "Timestamp");
        String nonce = Parameters.required(parameters, "SignatureNonce");
        String region = Parameters.required(parameters, "RegionId");
        if (!key.equals(options.accessKeyId())) {
            throw new SlbRefusal(404, "InvalidAccessKeyId.NotFound", "Specified access key is not found.");
        }
        signature(method, parameters);
        Instant now = options.clock().instant();
        timestamp(timestamp, now);
        nonce(nonce, now);
        if (!version.equals("2014-05-15")) {
            throw new SlbRefusal(400, "InvalidVersion", "Specified parameter Version is not valid.");
        }
        if (!region.equals(options.region())) {
            throw new SlbRefusal(400, "InvalidRegionId.NotFound", "The specified RegionId does not exist.");
        }
    }

    private void signature(String method, Map<String, String> parameters) throws SlbRefusal {
        String given = parameters.get("Signature");
        if (given == null
                || !"HMAC-SHA1".equals(parameters.get("SignatureMethod"))
                || !"1.0".equals(parameters.get("SignatureVersion"))) {
            throw new SlbRefusal(
                    400, "IncompleteSignature", "The request signature does not conform to the standards.");
        }
        if (!given.equals(Signature.of(method, parameters, options.accessKeySecret()))) {
            throw new SlbRefusal(
                    400,
                    "SignatureDoesNotMatch",
                    "Specified signature is not matched with our calculation. server string to sign is:"
                            + Signature.signed(method, parameters));
        }
    }

    private static void timestamp(String text, Instant now) throws SlbRefusal {
        try {
            Instant signed = Instant.parse(text);
            if (Duration.between(signed, now).abs().compareTo(SKEW) > 0) {
                throw new SlbRefusal(400, "InvalidTimeStamp.Expired", "Specified time stamp or date value is expired.");
            }
        } catch (DateTimeException e) {
            throw new SlbRefusal(
                    400, "InvalidTimeStamp.Format", "Specified time stamp or date value is not well formatted.");
        }
    }

    private synchronized void nonce(String nonce, Instant now) throws SlbRefusal {
        nonces.values().removeIf(seen -> Duration.between(seen, now).compareTo(SKEW) > 0);
        if (nonces.putIfAbsent(nonce, now) != null) {
            throw new SlbRefusal(400, "SignatureNonceUsed", "Specified signature nonce was used already.");
        }
    }
}
