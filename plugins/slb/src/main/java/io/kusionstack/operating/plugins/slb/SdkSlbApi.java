package io.kusionstack.operating.plugins.slb;

import com.aliyuncs.AcsRequest;
import com.aliyuncs.AcsResponse;
import com.aliyuncs.auth.AlibabaCloudCredentials;
import com.aliyuncs.auth.AlibabaCloudCredentialsProvider;
import com.aliyuncs.auth.BasicCredentials;
import com.aliyuncs.auth.BasicSessionCredentials;
import com.aliyuncs.exceptions.ClientException;
import com.aliyuncs.exceptions.ServerException;
import com.aliyuncs.http.HttpClientConfig;
import com.aliyuncs.http.HttpClientType;
import com.aliyuncs.http.ProtocolType;
import com.aliyuncs.policy.retry.RetryPolicy;
import com.aliyuncs.profile.DefaultProfile;
import com.aliyuncs.slb.model.v20140515.AddVServerGroupBackendServersRequest;
import com.aliyuncs.slb.model.v20140515.DescribeHealthStatusRequest;
import com.aliyuncs.slb.model.v20140515.DescribeLoadBalancersRequest;
import com.aliyuncs.slb.model.v20140515.DescribeVServerGroupAttributeRequest;
import com.aliyuncs.slb.model.v20140515.DescribeVServerGroupAttributeResponse;
import com.aliyuncs.slb.model.v20140515.DescribeVServerGroupsRequest;
import com.aliyuncs.slb.model.v20140515.RemoveVServerGroupBackendServersRequest;
import com.aliyuncs.slb.model.v20140515.SetVServerGroupAttributeRequest;
import io.kusionstack.operating.plugin.PluginContext;
import io.kusionstack.operating.plugin.Secrets;
import java.net.ProxySelector;
import java.net.http.HttpClient;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The API through the vendor's SDK. Any thread. Nothing that the SDK writes leaves this class. */
final class SdkSlbApi implements SlbApi {
    private static final Logger LOG = LoggerFactory.getLogger(SdkSlbApi.class);
    private static final Duration LEAST = Duration.ofMillis(50);
    private static final Duration BUSY_FOR = Duration.ofSeconds(1);

    private final SlbSettings settings;
    private final Clock clock;
    private final HttpClient http;
    private final SlbClient client;
    private final Pace reads;
    private final Pace writes;

    SdkSlbApi(SlbSettings settings, PluginContext context) {
        this.settings = settings;
        this.clock = context.clock();
        this.reads = new Pace(settings.reads());
        this.writes = new Pace(settings.writes());
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(settings.connectLimit())
                .executor(context.executor());
        builder.proxy(settings.isLoopback() ? HttpClient.Builder.NO_PROXY : ProxySelector.getDefault());
        this.http = builder.build();
        this.client = new SlbClient(profile(), keys(context.secrets()));
    }

    private DefaultProfile profile() {
        HttpClientConfig config = HttpClientConfig.getDefault();
        config.setClientType(HttpClientType.Custom);
        config.setCustomClientClassName(JdkTransport.class.getName());
        config.setExtParam(JdkTransport.CLIENT, http);
        config.setProtocolType(settings.isPlain() ? ProtocolType.HTTP : ProtocolType.HTTPS);
        DefaultProfile profile = DefaultProfile.getProfile(settings.region());
        profile.setHttpClientConfig(config);
        profile.setCloseTrace(true);
        return profile;
    }

    /** Asked for each call, so that a key that was replaced takes effect. */
    private AlibabaCloudCredentialsProvider keys(Secrets secrets) {
        return new AlibabaCloudCredentialsProvider() {
            @Override
            public AlibabaCloudCredentials getCredentials() {
                String id = secrets.value(settings.accessKeyId());
                String secret = secrets.value(settings.accessKeySecret());
                return settings.securityToken().isPresent()
                        ? new BasicSessionCredentials(
                                id,
                                secret,
                                secrets.value(settings.securityToken().get()))
                        : new BasicCredentials(id, secret);
            }
        };
    }

    @Override
    public boolean isThere(String loadBalancer, Instant deadline) throws SlbRefusal {
        DescribeLoadBalancersRequest request = new DescribeLoadBalancersRequest();
        request.setLoadBalancerId(loadBalancer);
        return read(request, "load balancer " + loadBalancer, deadline).getTotalCount() > 0;
    }

    @Override
    public List<String> groups(String loadBalancer, Instant deadline) throws SlbRefusal {
        DescribeVServerGroupsRequest request = new DescribeVServerGroupsRequest();
        request.setLoadBalancerId(loadBalancer);
        return read(request, "load balancer " + loadBalancer, deadline).getVServerGroups().stream()
                .map(group -> text(group.getVServerGroupId()))
                .toList();
    }

    @Override
    public ServerGroup group(String id, Instant deadline) throws SlbRefusal {
        DescribeVServerGroupAttributeRequest request = new DescribeVServerGroupAttributeRequest();
        request.setVServerGroupId(id);
        DescribeVServerGroupAttributeResponse response = read(request, "group " + id, deadline);
        return new ServerGroup(
                id,
                text(response.getVServerGroupName()),
                text(response.getLoadBalancerId()),
                response.getBackendServers().stream()
                        .map(server -> new Server(
                                text(server.getServerId()),
                                text(server.getServerIp()),
                                Objects.requireNonNullElse(server.getPort(), 0),
                                Objects.requireNonNullElse(server.getWeight(), 0),
                                text(server.getType()),
                                text(server.getDescription())))
                        .toList());
    }

    @Override
    public List<HealthRow> health(String loadBalancer, Instant deadline) throws SlbRefusal {
        DescribeHealthStatusRequest request = new DescribeHealthStatusRequest();
        request.setLoadBalancerId(loadBalancer);
        return read(request, "load balancer " + loadBalancer, deadline).getBackendServers().stream()
                .map(row -> new HealthRow(
                        Objects.requireNonNullElse(row.getListenerPort(), 0),
                        new Address(text(row.getServerIp()), Objects.requireNonNullElse(row.getPort(), 0)),
                        text(row.getServerHealthStatus())))
                .toList();
    }

    @Override
    public void add(String group, List<Server> servers, Instant deadline) throws SlbRefusal {
        AddVServerGroupBackendServersRequest request = new AddVServerGroupBackendServersRequest();
        request.setVServerGroupId(group);
        request.setBackendServers(ServerJson.of(servers));
        write(request, group, deadline);
    }

    @Override
    public void set(String group, List<Server> servers, Instant deadline) throws SlbRefusal {
        SetVServerGroupAttributeRequest request = new SetVServerGroupAttributeRequest();
        request.setVServerGroupId(group);
        request.setBackendServers(ServerJson.of(servers));
        write(request, group, deadline);
    }

    @Override
    public void remove(String group, List<Server> servers, Instant deadline) throws SlbRefusal {
        RemoveVServerGroupBackendServersRequest request = new RemoveVServerGroupBackendServersRequest();
        request.setVServerGroupId(group);
        request.setBackendServers(ServerJson.of(servers));
        write(request, group, deadline);
    }

    private <T extends AcsResponse> T read(AcsRequest<T> request, String of, Instant deadline) throws SlbRefusal {
        return call(request, of, deadline, reads, Codes::cause);
    }

    private <T extends AcsResponse> void write(AcsRequest<T> request, String group, Instant deadline)
            throws SlbRefusal {
        call(request, "group " + group, deadline, writes, Codes::causeOfWrite);
    }

    private <T extends AcsResponse> T call(
            AcsRequest<T> request, String of, Instant deadline, Pace pace, Reading reading) throws SlbRefusal {
        String action = request.getSysActionName();
        Instant now = clock.instant();
        Duration left = Duration.between(now, deadline);
        if (left.compareTo(LEAST) < 0) {
            throw SlbRefusal.of(Cause.UNSENT, action, of, "DeadlineReached", BUSY_FOR);
        }
        Optional<Duration> wait = pace.take(action, now);
        if (wait.isPresent()) {
            throw SlbRefusal.of(Cause.THROTTLED, action, of, "OwnPace", wait.get());
        }
        prepare(request, left.compareTo(settings.callLimit()) < 0 ? left : settings.callLimit());
        try {
            T response = client.getAcsResponse(request);
            pace.relax(action);
            return response;
        } catch (ClientException e) {
            String code = text(e.getErrCode());
            Cause why = reading.cause(code, e instanceof ServerException);
            LOG.atDebug()
                    .addKeyValue("action", action)
                    .addKeyValue("cause", why)
                    .addKeyValue("requestId", text(e.getRequestId()))
                    .addKeyValue("exception", deepest(e))
                    .log("Call refused");
            Duration after = why == Cause.THROTTLED ? pace.pause(action, clock.instant()) : BUSY_FOR;
            throw SlbRefusal.of(why, action, of, code, after);
        }
    }

    private void prepare(AcsRequest<?> request, Duration limit) {
        request.setSysEndpoint(settings.where());
        request.setSysRegionId(settings.region());
        request.setSysRetryPolicy(RetryPolicy.none());
        request.setSysReadTimeout((int) TimeUnit.NANOSECONDS.toMillis(limit.toNanos()));
    }

    /** The kind of what went wrong below; its text may hold a signed address. */
    private static String deepest(Throwable thrown) {
        Throwable cause = thrown;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause.getClass().getName();
    }

    @Override
    public void close() {
        http.shutdownNow();
    }

    private static String text(@Nullable String maybe) {
        return maybe == null ? "" : maybe;
    }

    /** How codes of this kind of call are read. */
    @FunctionalInterface
    private interface Reading {
        Cause cause(String code, boolean serverSide);
    }
}
