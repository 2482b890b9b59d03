package io.kusionstack.operating.plugins.slb;

import java.util.Map;
import java.util.Set;

/** What the API's error codes mean. A table: equal arguments, equal answers. */
final class Codes {
    private static final Set<String> BUSY = Set.of(
            "ServiceIsConfiguring",
            "VServerGroupProcessing",
            "BackendServer.configuring",
            "OperationBusy",
            "SystemBusy",
            "ServiceIsStopping",
            "ProcessingSameRequest",
            "Operation.Conflict");
    private static final Set<String> GONE =
            Set.of("InvalidLoadBalancerId.NotFound", "InvalidVServerGroupId.NotFound", "VServerGroupNotExist");
    private static final Set<String> FULL = Set.of(
            "InstanceBackendServerNumberOverLimit",
            "BackendServerNumberOverLimit",
            "QuotaExceeded.BackendServersNum",
            "QuotaLimitExceeds.BackendServersNum");
    private static final Set<String> BACKEND = Set.of(
            "BackendServersMalformed",
            "InvalidWeight.Malformed",
            "MissingParameter",
            "ObtainIpFail",
            "InvalidServerId.NotFound",
            "NetworkConflict",
            "InvalidBackendServers.Inconsistent",
            "InvalidBackendServers.MissingIp",
            "VpcStatusError",
            "TooManyBackendServers");
    private static final Set<String> LATER =
            Set.of("ObtainIpFail", "InvalidServerId.NotFound", "NetworkConflict", "VpcStatusError");
    private static final Set<String> CREDENTIALS = Set.of(
            "Forbidden",
            "Forbidden.RAM",
            "NoPermission",
            "InvalidAccessKeyId.NotFound",
            "InvalidAccessKeyId.Inactive",
            "InvalidSecurityToken.Expired",
            "InvalidSecurityToken.Malformed",
            "SignatureDoesNotMatch",
            "IncompleteSignature",
            "IllegalTimestamp",
            "InvalidTimeStamp.Expired",
            "InvalidTimeStamp.Format",
            "SDK.InvalidAccessKeySecret",
            "SDK.InvalidAccessSecret");
    private static final Map<Cause, String> MEANINGS = Map.of(
            Cause.BUSY, "an earlier change is still being carried out",
            Cause.THROTTLED, "the account calls this action too often",
            Cause.UNKNOWN, "no clear answer, it may have been done or not",
            Cause.GONE, "the API knows no load balancer or group of that name",
            Cause.FULL, "the load balancer has no room for more backends",
            Cause.BACKEND, "the API does not take this backend",
            Cause.CREDENTIALS, "the access key, its rights or this machine's clock",
            Cause.UNSENT, "no time was left to ask",
            Cause.REFUSED, "the API refuses it");

    private Codes() {}

    /**
     * @param code empty where there was no answer, or none that could be read
     * @param serverSide whether the status was 500 or above
     */
    static Cause cause(String code, boolean serverSide) {
        // Codes first: there is a 503 with Throttling, and a 503 with InvalidParameter.
        if (code.contains("Throttling")) {
            return Cause.THROTTLED;
        }
        if (BUSY.contains(code) || code.startsWith("OperationFailed.")) {
            return Cause.BUSY;
        }
        if (GONE.contains(code)) {
            return Cause.GONE;
        }
        if (FULL.contains(code)) {
            return Cause.FULL;
        }
        if (BACKEND.contains(code)) {
            return Cause.BACKEND;
        }
        if (CREDENTIALS.contains(code)) {
            return Cause.CREDENTIALS;
        }
        // A nonce is used twice only when a call was sent twice: the first one may have been carried out.
        if (serverSide || code.isEmpty() || code.startsWith("SDK.") || code.equals("SignatureNonceUsed")) {
            return Cause.UNKNOWN;
        }
        return switch (code) {
            case "InternalError", "InternalInvokeError", "ServiceUnavailable" -> Cause.UNKNOWN;
            default -> Cause.REFUSED;
        };
    }

    /** {@code InvalidParameter} says anything; of a write that names one group it mostly means that an element is wrong. */
    static Cause causeOfWrite(String code, boolean serverSide) {
        return isInvalidParameter(code) && !serverSide ? Cause.BACKEND : cause(code, serverSide);
    }

    /** A cause in words. */
    static String meaning(Cause cause) {
        return MEANINGS.getOrDefault(cause, cause.name());
    }

    /** Whether a backend that is refused so may be taken later, as it is. */
    static boolean mayPass(String code) {
        return LATER.contains(code);
    }

    /** Whether a read that was refused so may have named what is not there: a reason to look, and no proof. */
    static boolean mayBeGone(SlbRefusal refusal) {
        return refusal.why() == Cause.GONE || isInvalidParameter(refusal.code());
    }

    private static boolean isInvalidParameter(String code) {
        return code.equals("InvalidParameter");
    }
}
