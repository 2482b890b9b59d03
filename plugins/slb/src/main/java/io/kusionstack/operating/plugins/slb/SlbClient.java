package io.kusionstack.operating.plugins.slb;

import com.aliyuncs.AcsResponse;
import com.aliyuncs.DefaultAcsClient;
import com.aliyuncs.auth.AlibabaCloudCredentialsProvider;
import com.aliyuncs.exceptions.ClientException;
import com.aliyuncs.http.FormatType;
import com.aliyuncs.http.HttpResponse;
import com.aliyuncs.profile.DefaultProfile;
import com.aliyuncs.slb.model.v20140515.DescribeHealthStatusResponse;
import com.aliyuncs.slb.model.v20140515.DescribeLoadBalancersResponse;
import com.aliyuncs.slb.model.v20140515.DescribeVServerGroupAttributeResponse;
import com.aliyuncs.slb.model.v20140515.DescribeVServerGroupsResponse;
import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The SDK's client, but the answers that name backends and groups are read by Gson: the SDK's own reader makes a text of the path to
 * each value and looks every value up by it, which for groups of hundreds costs more than all else in the plugin. Any thread.
 */
final class SlbClient extends DefaultAcsClient {
    private static final Gson GSON = new Gson();

    SlbClient(DefaultProfile profile, AlibabaCloudCredentialsProvider keys) {
        super(profile, keys);
    }

    @Override
    protected <T extends AcsResponse> T readResponse(Class<T> type, HttpResponse answer, FormatType format)
            throws ClientException {
        if (format == FormatType.JSON && type == DescribeVServerGroupAttributeResponse.class) {
            return type.cast(read(answer, SlbClient::group));
        }
        if (format == FormatType.JSON && type == DescribeHealthStatusResponse.class) {
            return type.cast(read(answer, SlbClient::health));
        }
        if (format == FormatType.JSON && type == DescribeVServerGroupsResponse.class) {
            return type.cast(read(answer, SlbClient::groups));
        }
        if (format == FormatType.JSON && type == DescribeLoadBalancersResponse.class) {
            return type.cast(read(answer, SlbClient::loadBalancers));
        }
        return super.readResponse(type, answer, format);
    }

    /** What cannot be read has the code of the SDK's reader. */
    private static <T> T read(HttpResponse answer, Function<JsonObject, T> reading) throws ClientException {
        try {
            JsonObject object = GSON.fromJson(answer.getHttpContentString(), JsonObject.class);
            return reading.apply(object == null ? new JsonObject() : object);
        } catch (JsonParseException | IllegalStateException | UnsupportedOperationException | NumberFormatException e) {
            throw new ClientException(
                    "SDK.InvalidServerResponse", "the answer is not of the form that the API promises");
        }
    }

    private static DescribeVServerGroupAttributeResponse group(JsonObject answer) {
        DescribeVServerGroupAttributeResponse group = new DescribeVServerGroupAttributeResponse();
        // without a name it speaks of no group: taken for an empty one, it would prove that every backend is gone
        group.setVServerGroupId(member(answer, "VServerGroupId")
                .map(JsonElement::getAsString)
                .orElseThrow(() -> new JsonParseException("no VServerGroupId")));
        group.setVServerGroupName(text(answer, "VServerGroupName"));
        group.setLoadBalancerId(text(answer, "LoadBalancerId"));
        group.setBackendServers(rows(answer, SlbClient::server));
        return group;
    }

    private static DescribeVServerGroupsResponse groups(JsonObject answer) {
        DescribeVServerGroupsResponse groups = new DescribeVServerGroupsResponse();
        // a list that is not there is no empty list: taken for one, it would prove that every group is gone
        JsonObject outer = member(answer, "VServerGroups")
                .map(JsonElement::getAsJsonObject)
                .orElseThrow(() -> new JsonParseException("no VServerGroups"));
        List<DescribeVServerGroupsResponse.VServerGroup> list = new ArrayList<>();
        for (JsonElement row : member(outer, "VServerGroup")
                .map(JsonElement::getAsJsonArray)
                .orElseThrow(() -> new JsonParseException("no VServerGroup"))) {
            DescribeVServerGroupsResponse.VServerGroup group = new DescribeVServerGroupsResponse.VServerGroup();
            group.setVServerGroupId(text(row.getAsJsonObject(), "VServerGroupId"));
            list.add(group);
        }
        groups.setVServerGroups(list);
        return groups;
    }

    /** Only how many there are. */
    private static DescribeLoadBalancersResponse loadBalancers(JsonObject answer) {
        // both say so or neither: one alone may be a page, or an answer to something else
        int rows = member(answer, "LoadBalancers")
                .flatMap(outer -> member(outer.getAsJsonObject(), "LoadBalancer"))
                .map(list -> list.getAsJsonArray().size())
                .orElseThrow(() -> new JsonParseException("no LoadBalancer"));
        int total = member(answer, "TotalCount")
                .map(JsonElement::getAsInt)
                .filter(count -> count == rows)
                .orElseThrow(() -> new JsonParseException("no TotalCount, or not of the list"));
        DescribeLoadBalancersResponse found = new DescribeLoadBalancersResponse();
        found.setTotalCount(total);
        return found;
    }

    private static DescribeVServerGroupAttributeResponse.BackendServer server(JsonObject row) {
        DescribeVServerGroupAttributeResponse.BackendServer server =
                new DescribeVServerGroupAttributeResponse.BackendServer();
        server.setServerId(text(row, "ServerId"));
        server.setServerIp(text(row, "ServerIp"));
        server.setPort(number(row, "Port"));
        server.setWeight(number(row, "Weight"));
        server.setType(text(row, "Type"));
        server.setDescription(text(row, "Description"));
        return server;
    }

    private static DescribeHealthStatusResponse health(JsonObject answer) {
        DescribeHealthStatusResponse health = new DescribeHealthStatusResponse();
        health.setBackendServers(rows(answer, SlbClient::check));
        return health;
    }

    private static DescribeHealthStatusResponse.BackendServer check(JsonObject row) {
        DescribeHealthStatusResponse.BackendServer check = new DescribeHealthStatusResponse.BackendServer();
        check.setListenerPort(number(row, "ListenerPort"));
        check.setServerIp(text(row, "ServerIp"));
        check.setPort(number(row, "Port"));
        check.setServerHealthStatus(text(row, "ServerHealthStatus"));
        return check;
    }

    /** Lists have two names, one within the other; an answer without backends may lack both. */
    private static <R> List<R> rows(JsonObject answer, Function<JsonObject, R> reading) {
        List<R> rows = new ArrayList<>();
        member(answer, "BackendServers")
                .flatMap(outer -> member(outer.getAsJsonObject(), "BackendServer"))
                .map(JsonElement::getAsJsonArray)
                .ifPresent(list -> list.forEach(row -> rows.add(reading.apply(row.getAsJsonObject()))));
        return rows;
    }

    private static @Nullable String text(JsonObject object, String name) {
        return member(object, name).map(JsonElement::getAsString).orElse(null);
    }

    private static @Nullable Integer number(JsonObject object, String name) {
        return member(object, name).map(JsonElement::getAsInt).orElse(null);
    }

    private static Optional<JsonElement> member(JsonObject object, String name) {
        return Optional.ofNullable(object.get(name)).filter(element -> !element.isJsonNull());
    }
}
