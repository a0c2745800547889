package org.registry2istio.tests;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.ExponentialBackoffRetry;
import org.apache.curator.x.discovery.ServiceDiscovery;
import org.apache.curator.x.discovery.ServiceDiscoveryBuilder;
import org.apache.curator.x.discovery.ServiceInstance;
import org.apache.curator.x.discovery.ServiceInstanceBuilder;
import org.apache.curator.x.discovery.ServiceType;
import org.apache.curator.x.discovery.UriSpec;
import org.apache.curator.x.discovery.details.JsonInstanceSerializer;
import org.springframework.cloud.zookeeper.discovery.ZookeeperInstance;

/**
 * Registers with Curator's service discovery what its standard input says in one line of JSON, and keeps it until that
 * ends: {"connect": …, "root": …, "user": …, "compatible": …, "instances": [{"name", "id", "address", "port", "sslPort", "uriSpec",
 * "enabled", "type", "text" | "map" | "spring"}]}.
 */
public class CuratorClient {
  public static void main(String[] arguments) throws Exception {
    BufferedReader input = new BufferedReader(new InputStreamReader(System.in));
    JsonNode order = new ObjectMapper().readTree(input.readLine());
    CuratorFrameworkFactory.Builder builder =
        CuratorFrameworkFactory.builder()
            .connectString(order.get("connect").asText())
            .retryPolicy(new ExponentialBackoffRetry(100, 5));
    if (order.hasNonNull("user")) builder.authorization("digest", order.get("user").asText().getBytes());
    try (CuratorFramework curator = builder.build()) {
      curator.start();
      try (ServiceDiscovery<Object> discovery =
          ServiceDiscoveryBuilder.builder(Object.class)
              .client(curator)
              .basePath(order.get("root").asText())
              .serializer(
                  new JsonInstanceSerializer<>(Object.class, order.path("compatible").asBoolean(true)))
              .build()) {
        discovery.start();
        for (JsonNode one : order.get("instances")) discovery.registerService(instance(one));
        System.out.println("registered");
        while (input.readLine() != null) {
          // Until the input ends.
        }
      }
    }
  }

  private static ServiceInstance<Object> instance(JsonNode one) throws Exception {
    ServiceInstanceBuilder<Object> builder =
        ServiceInstance.builder()
            .name(one.get("name").asText())
            .id(one.get("id").asText())
            .address(one.get("address").asText())
            .serviceType(ServiceType.valueOf(one.path("type").asText("DYNAMIC")))
            .enabled(one.path("enabled").asBoolean(true));
    if (one.hasNonNull("port")) builder.port(one.get("port").asInt());
    if (one.hasNonNull("sslPort")) builder.sslPort(one.get("sslPort").asInt());
    if (one.hasNonNull("uriSpec")) builder.uriSpec(new UriSpec(one.get("uriSpec").asText()));
    Object payload = payload(one);
    if (payload != null) builder.payload(payload);
    return builder.build();
  }

  private static Object payload(JsonNode one) {
    if (one.hasNonNull("text")) return one.get("text").asText();
    if (one.hasNonNull("number")) return one.get("number").asInt();
    if (one.hasNonNull("list")) {
      List<String> list = new ArrayList<>();
      one.get("list").forEach(item -> list.add(item.asText()));
      return list;
    }
    JsonNode pairs = one.hasNonNull("spring") ? one.get("spring") : one.get("map");
    if (pairs == null) return null;
    Map<String, String> map = new HashMap<>();
    pairs.fields().forEachRemaining(pair -> map.put(pair.getKey(), pair.getValue().asText()));
    if (!one.hasNonNull("spring")) return map;
    return new ZookeeperInstance("application-1", one.get("name").asText(), map);
  }
}
