package io.kusionstack.operating.plugins.slb;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CodesTest {
    private static final String TABLE = """
            Throttling, false, THROTTLED, THROTTLED
            Throttling.User, false, THROTTLED, THROTTLED
            Throttling.Api, true, THROTTLED, THROTTLED
            Rejected.Throttling, false, THROTTLED, THROTTLED
            ServiceIsConfiguring, false, BUSY, BUSY
            VServerGroupProcessing, false, BUSY, BUSY
            BackendServer.configuring, false, BUSY, BUSY
            OperationBusy, false, BUSY, BUSY
            SystemBusy, false, BUSY, BUSY
            ServiceIsStopping, false, BUSY, BUSY
            ProcessingSameRequest, false, BUSY, BUSY
            OperationFailed.TokenIsProcessing, false, BUSY, BUSY
            Operation.Conflict, false, BUSY, BUSY
            InternalError, true, UNKNOWN, UNKNOWN
            InternalInvokeError, true, UNKNOWN, UNKNOWN
            ServiceUnavailable, true, UNKNOWN, UNKNOWN
            ServiceUnavailable, false, UNKNOWN, UNKNOWN
            SomethingNew, true, UNKNOWN, UNKNOWN
            InvalidParameter, true, UNKNOWN, UNKNOWN
            SDK.ReadTimeout, false, UNKNOWN, UNKNOWN
            SDK.ServerUnreachable, false, UNKNOWN, UNKNOWN
            SDK.RequestTryOrRetryFailed, false, UNKNOWN, UNKNOWN
            '', false, UNKNOWN, UNKNOWN
            SignatureNonceUsed, false, UNKNOWN, UNKNOWN
            TooManyBackendServers, false, BACKEND, BACKEND
            InstanceBackendServerNumberOverLimit, false, FULL, FULL
            BackendServersMalformed, false, BACKEND, BACKEND
            InvalidParameter, false, REFUSED, BACKEND
            InvalidWeight.Malformed, false, BACKEND, BACKEND
            MissingParameter, false, BACKEND, BACKEND
            ObtainIpFail, false, BACKEND, BACKEND
            InvalidServerId.NotFound, false, BACKEND, BACKEND
            NetworkConflict, false, BACKEND, BACKEND
            InvalidBackendServers.Inconsistent, false, BACKEND, BACKEND
            VpcStatusError, false, BACKEND, BACKEND
            InvalidLoadBalancerId.NotFound, false, GONE, GONE
            Forbidden, false, CREDENTIALS, CREDENTIALS
            Forbidden.RAM, false, CREDENTIALS, CREDENTIALS
            InvalidAccessKeyId.NotFound, false, CREDENTIALS, CREDENTIALS
            SignatureDoesNotMatch, false, CREDENTIALS, CREDENTIALS
            SDK.InvalidAccessKeySecret, false, CREDENTIALS, CREDENTIALS
            IncompleteSignature, false, CREDENTIALS, CREDENTIALS
            IllegalTimestamp, false, CREDENTIALS, CREDENTIALS
            InvalidTimeStamp.Expired, false, CREDENTIALS, CREDENTIALS
            SomethingNew, false, REFUSED, REFUSED
            """;

    @ParameterizedTest
    @CsvSource(textBlock = TABLE)
    void everyCodeHasItsCause(String code, boolean serverSide, Cause ofRead, Cause ofWrite) {
        assertThat(Codes.cause(code, serverSide)).isEqualTo(ofRead);
        assertThat(Codes.causeOfWrite(code, serverSide)).isEqualTo(ofWrite);
    }
}
